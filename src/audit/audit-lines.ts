import { createReadStream } from 'node:fs';
import type { Client } from 'pg';
import { sealed } from './chain.js';
import type { LocatedLine } from './chain-verifier.js';
import { textOf, type Decision } from './decision.js';

const pageSize = 5_000;
const lineEnd = 0x0a;

/** The lines of files, one after the other. Nothing but a line feed ends a line, and none may lack it. */
export async function* linesOf(files: readonly string[]): AsyncGenerator<LocatedLine[]> {
  for (const file of files) {
    let rest: Buffer = Buffer.alloc(0);
    let number = 0;
    for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      const found: LocatedLine[] = [];
      let start = 0;
      for (let end = bytes.indexOf(lineEnd); end >= 0; end = bytes.indexOf(lineEnd, start)) {
        found.push({ line: bytes.subarray(start, end), where: `${file}:${++number}` });
        start = end + 1;
      }
      rest = bytes.subarray(start);
      yield found;
    }
    // As it is, it is no line: an empty one is no entry.
    if (rest.length > 0) yield [{ line: Buffer.alloc(0), where: `${file}:${number + 1} (cut short)` }];
  }
}

/** As the trigger of the table makes it; spelled here again, for whoever checks trusts no function of the database. */
const changeText = `json_build_object('log', 'change', 'office', c.office, 'revision', c.revision, 'sequence', c.sequence,
  'at', to_char(c.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'key', c.key, 'action', c.action,
  'actor', c.actor, 'via', c.via, 'before', c.before, 'after', c.after, 'reason', c.reason,
  'requestId', c.request_id)::text`;

interface ChangeRow {
  office: string;
  revision: string;
  sequence: number;
  text: string;
  hash: string;
}

/** The trail of all offices as lines. */
export async function* changeLines(client: Client): AsyncGenerator<LocatedLine[]> {
  let last: ChangeRow | undefined;
  do {
    const { rows } = await client.query<ChangeRow>(
      `select c.office, c.revision::text, c.sequence, ${changeText} as text, encode(c.hash, 'hex') hash from change c
        where $1::text is null or (c.office collate "C", c.revision, c.sequence) > ($1 collate "C", $2::bigint, $3::int)
        order by c.office collate "C", c.revision, c.sequence limit ${pageSize}`,
      [last?.office, last?.revision, last?.sequence],
    );
    yield rows.map(({ office, revision, sequence, text, hash }) => ({
      line: Buffer.from(sealed(text, hash)),
      where: `change ${office} ${revision}.${sequence}`,
    }));
    last = rows.length < pageSize ? undefined : rows.at(-1);
  } while (last);
}

type DecisionRow = { [Name in keyof Decision]: Decision[Name] | null } & {
  office: string;
  instance: string;
  n: string;
  at: string;
  dropped: number | null;
  hash: string;
};

/** The log of decisions in PostgreSQL as lines. */
export async function* decisionLines(client: Client): AsyncGenerator<LocatedLine[]> {
  let last: DecisionRow | undefined;
  do {
    const { rows } = await client.query<DecisionRow>(
      `select office, instance::text, n::text, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') at,
              dropped, principal, actor, subject_type "subjectType", subject, action, resource_type "resourceType",
              resource, allowed, rule, revision, policy, request_id "requestId", purpose, encode(hash, 'hex') hash
         from decision where $1::text is null or (office, instance, n, at) > ($1, $2::uuid, $3::bigint, $4::timestamptz)
        order by office, decision.instance, decision.n, decision.at limit ${pageSize}`,
      [last?.office, last?.instance, last?.n, last?.at],
    );
    yield rows.map((row) => ({
      line: Buffer.from(lineOf(row)),
      where: `decision ${row.office} ${row.instance} ${row.n}`,
    }));
    last = rows.length < pageSize ? undefined : rows.at(-1);
  } while (last);
}

function lineOf({ office, instance, n, at, dropped, hash, ...decision }: DecisionRow): string {
  const what = dropped === null ? (decision as Decision) : { dropped };
  // Written to the millisecond: where there is more, somebody else was at it, and it must not fit.
  return sealed(textOf({ office, instance, n: Number(n), at: at.replace(/000Z$/, 'Z'), what }), hash);
}
