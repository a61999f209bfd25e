import { parse } from 'csv-parse/sync';
import Excel from 'exceljs';
import { officePath, type Api } from './api.js';

/** A row of an access review by the headings of its columns. */
export type ReviewLine = Record<string, string>;

/** The rows of a review as CSV. It goes through the waiting that is left to a client: one more try where all are taken. */
export async function reviewOf(api: Api, office: string, filter: Record<string, string> = {}): Promise<ReviewLine[]> {
  const text = await reviewText(api, office, filter);
  return parse(text, { columns: true, bom: true, delimiter: [',', ';'] });
}

export async function reviewText(api: Api, office: string, filter: Record<string, string> = {}): Promise<string> {
  const path = `${officePath(office, 'access-review')}?${new URLSearchParams({ ...filter, format: 'csv' }).toString()}`;
  for (;;) {
    const { status, body } = await api.get<string>(path);
    if (status === 200) return body;
    if (status !== 429) throw new Error(`${status} ${JSON.stringify(body)}`);
  }
}

/** A review as an Excel workbook, which comes as bytes. */
export async function reviewBook(url: string, headers: Record<string, string>): Promise<Excel.Workbook> {
  const response = await fetch(url, { headers });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const book = new Excel.Workbook();
  await book.xlsx.load(await response.arrayBuffer());
  return book;
}
