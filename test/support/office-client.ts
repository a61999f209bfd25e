import { aCollaborator, anAdmin, type CollaboratorBody } from '#test/factories/collaborators.js';
import { aDossier, type DossierBody } from '#test/factories/dossiers.js';
import {
  aClientGroup,
  aCollaboratorGroup,
  type ClientGroupBody,
  type CollaboratorGroupBody,
} from '#test/factories/groups.js';
import { anOffice } from '#test/factories/offices.js';
import { anId } from '#test/factories/unique.js';
import { Api, officePath, type ApiHeaders, type ApiResponse } from './api.js';
import type { TestService } from './service.js';

/** An error as every endpoint answers it (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  errors?: { path: string; message: string }[];
  requestId: string;
}

/** What a dry run answers. */
export interface Preview {
  dryRun: true;
  impact: {
    gains: {
      total: number;
      collaborators: number;
      dossiers: number;
      rows: { collaborator: string; dossier: string }[];
    };
    losses: {
      total: number;
      collaborators: number;
      dossiers: number;
      rows: { collaborator: string; dossier: string }[];
    };
    contacts: { total: number; rows: { dossier: string; before: string | null; after: string | null }[] };
  };
  warnings: { code: string; message: string }[];
  revision: string;
}

/**
 * One office of a spec file, with its own admin `boss`. Steps that only prepare throw where the service refuses them;
 * what a test is about goes through `api` and says which status it expects.
 */
export class OfficeClient {
  constructor(
    readonly api: Api,
    readonly id: string,
  ) {}

  /** Makes an office under an id of its own. */
  static async make(app: TestService, overrides: Parameters<typeof anOffice>[0] = {}): Promise<OfficeClient> {
    const office = new OfficeClient(new Api(app.url, app.key), anId('office'));
    await made(office.api.put(office.at(), anOffice(overrides)));
    await office.collaborator('boss', anAdmin());
    return office;
  }

  /** The same office, seen by one collaborator. */
  as(collaborator: string): OfficeClient {
    return new OfficeClient(this.api.as(collaborator), this.id);
  }

  /** The path of the office, or of something in it. */
  at(...parts: readonly string[]): string {
    return officePath(this.id, ...parts);
  }

  async collaborator(id: string, body: Partial<CollaboratorBody> = {}): Promise<void> {
    await made(this.api.put(this.at('collaborators', id), aCollaborator(body)));
  }

  async dossier(id: string, body: Partial<DossierBody> & { managers?: readonly string[] } = {}): Promise<void> {
    await made(this.api.put(this.at('dossiers', id), { ...aDossier(body), managers: body.managers ?? [] }));
  }

  async clientGroup(id: string, body: Partial<ClientGroupBody> = {}): Promise<void> {
    await made(this.api.put(this.at('client-groups', id), aClientGroup(body)));
  }

  async collaboratorGroup(id: string, body: Partial<CollaboratorGroupBody> = {}): Promise<void> {
    await made(this.api.put(this.at('collaborator-groups', id), aCollaboratorGroup(body)));
  }

  /** Writes tuples as an integration does: `['client_group:g', 'collaborator', 'collaborator:c']`. */
  async relate(...tuples: { object: string; relation: string; subject: string; expiresAt?: string }[]): Promise<void> {
    await done(this.api.post(this.at('relationships'), { write: tuples, delete: [] }));
  }

  /** What `can-access` says now. */
  async may(collaborator: string, dossier: string, action = 'open'): Promise<boolean> {
    const answer = await done(
      this.api.post<{ allowed: boolean }>(this.at('can-access'), { collaborator, dossier, action }),
    );
    return answer.body.allowed;
  }

  /** The dossiers among these that the collaborator may open. */
  async opens(collaborator: string, dossiers: readonly string[]): Promise<string[]> {
    const answer = await done(
      this.api.post<{ dossiers: string[] }>(this.at('can-access', 'filter'), { collaborator, dossiers }),
    );
    return answer.body.dossiers;
  }

  /** Where the communication of a dossier goes. */
  async contact(dossier: string): Promise<{ email: string; source: string }> {
    return (await done(this.api.get<{ email: string; source: string }>(this.at('dossiers', dossier, 'contact')))).body;
  }

  /** The office's revision. */
  async revision(): Promise<number> {
    return Number((await done(this.api.get<{ revision: string }>(this.at()))).body.revision);
  }

  /** The present entity tag of something in the office. */
  async etag(...parts: readonly string[]): Promise<string> {
    return (await done(this.api.get(this.at(...parts)))).headers.get('etag') ?? '';
  }
}

/** The header of a save based on a version; `*` for any. */
export function ifMatch(etag: string): ApiHeaders {
  return { 'if-match': etag };
}

/** Status and code together, for one expectation: `[403, 'forbidden']`; the code is `undefined` on success. */
export function verdict(response: ApiResponse): [status: number, code: string | undefined] {
  return [response.status, (response.body as Partial<Problem>).code];
}

async function made<T>(request: Promise<ApiResponse<T>>): Promise<ApiResponse<T>> {
  return expectStatus(await request, 201);
}

async function done<T>(request: Promise<ApiResponse<T>>): Promise<ApiResponse<T>> {
  return expectStatus(await request, 200);
}

function expectStatus<T>(response: ApiResponse<T>, status: number): ApiResponse<T> {
  if (response.status === status) return response;
  throw new Error(`a preparing step answered ${response.status}: ${JSON.stringify(response.body)}`);
}
