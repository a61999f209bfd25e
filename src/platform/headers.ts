/** On every answer, errors and unknown paths included. */
export function commonHeaders(requestId: string) {
  return { 'x-request-id': requestId, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };
}

/**
 * `true` for a second `Host` or `Authorization`, of which Node keeps the first: an intermediary may have looked at the
 * other one (RFC 9112 §3.2). On the way of every request, so it compares lengths before it compares names.
 */
export function saysTwice(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  let credentials = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
    else if (name.length === 13 && name.toLowerCase() === 'authorization') credentials++;
  }
  return hosts > 1 || credentials > 1;
}
