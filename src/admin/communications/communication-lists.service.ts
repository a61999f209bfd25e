import { Inject, Injectable } from '@nestjs/common';
import { problem } from '#src/platform/errors.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import { OfficeReader } from '#src/admin/office-reader.js';
import type { ReadRequest } from '#src/admin/read-request.js';
import {
  countCommunications,
  countMessages,
  countVisibleMessages,
  messageView,
  readCommunications,
  readMessage,
  readMessages,
  requireCommunication,
  visibleMessages,
  type CommunicationRecord,
} from './communication-reads.js';
import type { CommunicationListQuery, MessageCounts, MessageQuery } from './message.schema.js';
import { Outbox } from './outbox.js';

/** Communications and how far their messages have come: everyone their own, those who manage them all others too. */
@Injectable()
export class CommunicationListsService {
  constructor(
    private readonly reader: OfficeReader,
    @Inject(Outbox) private readonly outbox: Outbox | null,
  ) {}

  /** The latest first. */
  list(request: ReadRequest, { q, ...page }: CommunicationListQuery) {
    return this.reader.read(request, async (view) => {
      view.guard.require('office', 'read', { id: view.office.id });
      const found = await this.reader.page(request, page, view, {
        name: ['communications', q],
        rows: (after, most) => readCommunications(view, q, after?.[0] as string | undefined, most),
        position: ({ id }: CommunicationRecord) => [id],
        total: () => countCommunications(view, q),
        items: async (records) => {
          const countsOf = await countMessages(
            view,
            records.map(({ id }) => id),
          );
          return records.map(({ body: _body, ...record }) => ({ ...record, ...counted(countsOf(record.id)) }));
        },
      });
      return { ...found, delivers: this.outbox !== null };
    });
  }

  /** @throws `not_found` */
  one(request: ReadRequest, id: string) {
    return this.reader.read(request, async (view) => {
      const record = await requireCommunication(view, id);
      const countsOf = await countMessages(view, [id]);
      const revision = revisionToken(view.office.revision);
      return { ...record, ...counted(countsOf(id)), delivers: this.outbox !== null, revision };
    });
  }

  /** The messages to dossiers that the viewer may open, in the order of their names. @throws `not_found` */
  messages(request: ReadRequest, id: string, { status, ...page }: MessageQuery) {
    return this.reader.read(request, async (view) => {
      await requireCommunication(view, id);
      const where = visibleMessages(view, id, status);
      return this.reader.page(request, page, view, {
        name: ['messages', id, status],
        rows: (after, most) => readMessages(view, where, after, most),
        position: ({ key, dossier }) => [key, dossier],
        total: () => countVisibleMessages(view, where),
        items: (found) => found.map((message) => messageView(message, request.language)),
      });
    });
  }

  /** One message with its text. @throws `not_found` */
  message(request: ReadRequest, id: string, dossier: string) {
    return this.reader.read(request, async (view) => {
      await requireCommunication(view, id);
      const found = await readMessage(view, visibleMessages(view, id, []), dossier);
      if (!found) throw problem('not_found', { type: 'dossier', id: dossier });
      return messageView(found, request.language);
    });
  }
}

function counted(counts: MessageCounts) {
  return { messages: Object.values(counts).reduce((sum, n) => sum + n, 0), counts };
}
