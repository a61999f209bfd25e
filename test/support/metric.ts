import type { Api } from './api.js';

/** The value of one series of `/metrics`, such as `cardea_redis_state{state="connected"}`; 0 where there is none. */
export async function metric(api: Api, series: string): Promise<number> {
  const { body } = await api.get<string>('/metrics');
  return valueIn(body, series);
}

/** The same from the text of the metrics. */
export function valueIn(text: string, series: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? 0);
}
