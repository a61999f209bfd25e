/** A mail server that takes messages, as `SMTP_URL` names it. */
export interface SmtpServer {
  host: string;
  port: number;
  /**
   * `implicit`: TLS from the first byte. `starttls`: nothing but the greeting goes in clear; without TLS nothing is
   * sent. `none`: in clear.
   */
  tls: 'implicit' | 'starttls' | 'none';
  credentials: { user: string; password: string } | undefined;
  /** Longest that the server may be silent, the opening of the connection included. */
  timeoutMs: number;
  /** Certificates of authorities to trust beside those of Node, in PEM: for tests. */
  authority?: string | undefined;
}

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Reads `smtp://user:password@host:587` (STARTTLS, which is required, except towards this machine), `smtps://…:465` (TLS)
 * and `smtp://…?tls=none`, without credentials, for a relay in a network of one's own.
 *
 * @returns `undefined` where it is no such URL, or one that would send a password in clear over a network
 */
export function parseSmtpUrl(text: string, timeoutMs: number): SmtpServer | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.hostname || !/^smtps?:$/.test(url.protocol) || !['', '/'].includes(url.pathname) || url.hash)
    return undefined;
  const credentials = credentialsOf(url);
  const tls = tlsOf(url);
  if (tls === undefined || credentials === 'broken') return undefined;
  const isLocal = loopback.includes(url.hostname);
  if (tls === 'none' && credentials && !isLocal) return undefined;
  return {
    host: url.hostname.replaceAll(/^\[|\]$/g, ''),
    port: url.port === '' ? (tls === 'implicit' ? 465 : 587) : Number(url.port),
    tls,
    credentials,
    timeoutMs,
  };
}

function tlsOf({ protocol, hostname, search }: URL): SmtpServer['tls'] | undefined {
  if (protocol === 'smtps:') return search === '' ? 'implicit' : undefined;
  if (search === '') return loopback.includes(hostname) ? 'none' : 'starttls';
  return { '?tls=none': 'none', '?tls=starttls': 'starttls' }[search] as SmtpServer['tls'] | undefined;
}

function credentialsOf({ username, password }: URL): SmtpServer['credentials'] | 'broken' {
  if (username === '' && password === '') return undefined;
  if (username === '' || password === '') return 'broken';
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return 'broken';
  }
}
