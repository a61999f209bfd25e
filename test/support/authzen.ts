import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type TestApp } from './app.js';
import { Api, type ApiResponse } from './api.js';
import { OfficeClient } from './office-client.js';

const reason = 'reason: { en: Yes., fr: Oui., nl: Ja., de: Ja. }';

/** A set of policies that uses every part of the language for types that are not built in. */
const library = {
  'reader.policy.yaml': `
type: reader
entities:
  aliases: [identity]
  asSubject: closed
  properties: request-first
  roles: { property: role, inherits: { chief: [librarian], librarian: [member] } }
`,
  'visitor.policy.yaml': `
type: visitor
entities: { asSubject: open, properties: stored-first }
`,
  'book.policy.yaml': `
type: book
subjects: [reader, visitor, collaborator]
entities: { aliases: [volume], asResource: open, properties: stored-first }
actions: [read, lend, sell, burn]
rules:
  - { id: in-the-library, effect: allow, actions: [read], context: { place: library }, ${reason} }
  - { id: member, effect: allow, actions: [read], subject: { roles: { contains: member } }, ${reason} }
  - { id: librarian, effect: allow, actions: [lend], subject: { roles: { contains: librarian } }, ${reason} }
  - { id: owner, effect: allow, actions: [sell, lend], resource: { properties.owner: '\${subject.id}' }, ${reason} }
  - { id: department, effect: allow, actions: [lend], subject: { type: reader }, resource: { properties.department: '\${subject.properties.department}' }, ${reason} }
  - { id: with-permit, effect: allow, actions: [burn], action: { permit: true }, ${reason} }
  - { id: by-name, effect: allow, actions: [burn], subject: { type: reader, id: montag }, resource: { id: f451 }, ${reason} }
  - { id: banned, effect: deny, actions: '*', subject: { properties.banned: true }, ${reason} }
  - { id: embargo, effect: deny, actions: [sell], resource: { properties.embargo: '\${context.today}' }, ${reason} }
`,
  'shelf.policy.yaml': `
type: shelf
subjects: [reader]
entities: { asResource: closed }
actions: [read]
rules:
  - { id: every-reader, effect: allow, actions: [read], ${reason} }
`,
  'page.policy.yaml': `
type: page
entities: { properties: stored }
actions: [read]
rules:
  - { id: may-open, effect: allow, actions: [read], may: { action: open, type: dossier, id: '\${resource.properties.dossier}' }, ${reason} }
`,
};

/** The service with the set `library`, and an office that has it. */
export interface Library {
  app: TestApp;
  office: OfficeClient;
  pdp: Pdp;
  close(): Promise<void>;
}

export async function startLibrary(environment: NodeJS.ProcessEnv = {}): Promise<Library> {
  const sets = mkdtempSync(join(tmpdir(), 'policy-sets-'));
  mkdirSync(join(sets, 'library'));
  for (const [name, text] of Object.entries(library)) writeFileSync(join(sets, 'library', name), text);
  const app = await startApp({ environment: { ...environment, POLICY_SETS_DIR: sets } });
  const office = await OfficeClient.make(app, { policySet: 'library' });
  return {
    app,
    office,
    pdp: new Pdp(office.api, office.id),
    async close() {
      await app.close();
      rmSync(sets, { recursive: true });
    },
  };
}

type Body = Record<string, unknown>;

/** AuthZEN's face of one office. */
export class Pdp {
  constructor(
    readonly api: Api,
    private readonly office: string,
  ) {}

  post<Answer = Body>(path: string, body: unknown, headers?: Record<string, string>): Promise<ApiResponse<Answer>> {
    return this.api.post<Answer>(`/offices/${encodeURIComponent(this.office)}/access/v1/${path}`, body, headers);
  }

  async decides(question: Body): Promise<unknown> {
    return (await this.post<{ decision?: boolean }>('evaluation', question)).body.decision;
  }

  /** The whole bodies, as a client that compares them would see them. */
  async evaluations(body: Body): Promise<unknown> {
    return (await this.post('evaluations', body)).body;
  }

  async finds(what: 'subject' | 'resource' | 'action', body: Body): Promise<unknown[]> {
    const answer = await this.post<{ results: { id?: string; name?: string }[] }>(`search/${what}`, body);
    return answer.body.results.map(({ id, name }) => id ?? name);
  }

  /** Seen by one collaborator. */
  as(collaborator: string): Pdp {
    return new Pdp(this.api.as(collaborator), this.office);
  }
}

/** `ask('reader:ann', 'read', 'book:b1')`: a question in AuthZEN's words. */
export function ask(subject: string, action: string, resource: string, more: Body = {}): Body {
  const named = (text: string) => ({ type: text.slice(0, text.indexOf(':')), id: text.slice(text.indexOf(':') + 1) });
  return { subject: named(subject), action: { name: action }, resource: named(resource), ...more };
}
