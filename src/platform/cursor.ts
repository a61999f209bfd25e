import { problem } from './errors.js';
import type { SigningKey } from './signing-key.js';

/** A place in a list: the values of the sort key of the last row seen. */
export type Position = readonly (string | number | null)[];

const signatureBytes = 16;

/**
 * Reads and writes the cursors of one query. A cursor is opaque and signed together with the query, so it can neither
 * be made up nor carried to another list, filter or office.
 */
export class CursorCodec {
  private readonly query: string;

  /** `query` is everything that the list depends on but its page: office, path, filters, actor. */
  constructor(
    private readonly key: SigningKey,
    query: unknown,
  ) {
    this.query = JSON.stringify(query);
  }

  /** The cursor for the rows after `position`. */
  encode(position: Position): string {
    const text = JSON.stringify(position);
    const signature = this.key.sign('cursor', this.query, text).subarray(0, signatureBytes);
    return Buffer.concat([signature, Buffer.from(text)]).toString('base64url');
  }

  /** @throws `invalid_cursor` for one that was not made here for this query */
  decode(cursor: string | undefined): Position | undefined {
    if (cursor === undefined) return undefined;
    const bytes = Buffer.from(cursor, 'base64url');
    const text = bytes.subarray(signatureBytes).toString();
    const expected = this.key.sign('cursor', this.query, text).subarray(0, signatureBytes);
    if (bytes.length <= signatureBytes || !expected.equals(bytes.subarray(0, signatureBytes))) {
      throw problem('invalid_cursor', {});
    }
    return JSON.parse(text) as Position;
  }
}
