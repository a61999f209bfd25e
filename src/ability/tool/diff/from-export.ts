import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import type { OfficeSettings } from '#src/relations/vocabulary.js';
import { UsageError } from '#src/platform/command.js';
import type { OfficeFacts } from '#src/ability/office-facts.js';

interface Line extends Record<string, unknown> {
  kind: string;
  id: string;
}

interface Relationship {
  object: string;
  relation: string;
  subject: string;
  expiresAt?: string | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly string[] ? string[] : T[K] };
type Groups = Map<string, string[]>;

const pageSize = 2_000;
const unsaid: OfficeSettings = { onlyAdminsActivate: true, uniqueGroupNames: false, defaultClientGroup: null };

/**
 * The office that an export describes. An import takes its lines in any order, so all are read first; of a dossier only
 * the facts are kept that rules can ask about.
 *
 * @param nowMs what has ended by then counts for nothing
 */
export async function officeInExport(
  name: string,
  lines: AsyncIterable<string>,
  nowMs: number = Date.now(),
): Promise<OfficeFacts> {
  const reading = new ExportReading(nowMs);
  let number = 0;
  for await (const text of lines) {
    number++;
    if (text.trim() !== '') reading.add(parse(text, `${name}:${number}`));
  }
  return reading.facts(name);
}

function parse(text: string, place: string): Line {
  try {
    const line = JSON.parse(text) as unknown;
    if (typeof line === 'object' && line !== null && 'kind' in line) return line as Line;
  } catch {
    // Said below: a cut export is no export.
  }
  throw new UsageError(`${place} is no line of an export`);
}

class ExportReading {
  private office: string | undefined;
  private settings = unsaid;
  private readonly people = new Map<string, Mutable<SubjectFacts>>();
  private readonly dossiers = new Map<string, Mutable<DossierFacts>>();
  private readonly relationships: Relationship[] = [];

  constructor(private readonly nowMs: number) {}

  add(line: Line): void {
    if (line.kind === 'relationship') this.addRelationship(line as unknown as Relationship);
    else if (line.kind === 'collaborator') this.people.set(line.id, subjectOf(line));
    else if (line.kind === 'dossier') this.dossiers.set(line.id, dossierOf(line, this.dossiers.get(line.id)));
    else if (line.kind === 'office') {
      this.office = line.id;
      this.settings = { ...unsaid, ...(line.settings as Partial<OfficeSettings> | undefined) };
    }
  }

  facts(name: string): OfficeFacts {
    for (const one of this.relationships) this.relate(one);
    for (const person of this.people.values()) person.clientGroups = [...new Set(person.clientGroups)];
    const { settings, people, dossiers } = this;
    return {
      office: this.office ?? name,
      settings,
      subjects: [...people.values()],
      dossiers: pagesOf([...dossiers.values()]),
    };
  }

  private addRelationship(one: Relationship): void {
    if (one.expiresAt && Date.parse(one.expiresAt) <= this.nowMs) return;
    // Those of dossiers are many, and settled at once where their dossier is there.
    const [type, id = ''] = split(one.object);
    if (type === 'dossier' && this.dossiers.has(id)) this.relate(one);
    else this.relationships.push(one);
  }

  private relate({ object, relation, subject }: Relationship): void {
    const [type, id = ''] = split(object);
    const [subjectType, subjectId = ''] = split(subject);
    if (type === 'dossier') return relateDossier(this.dossiers.get(id), relation, subjectId);
    const person = subjectType === 'collaborator' ? this.people.get(subjectId) : undefined;
    if (type === 'collaborator_group' && relation === 'member') {
      person?.collaboratorGroups.push(id);
      for (const group of this.groupsOf(id)) person?.clientGroups.push(group);
    } else if (type === 'client_group' && relation === 'collaborator') person?.clientGroups.push(id);
    else if (type === 'client_group' && relation === 'excluded') person?.excludedClientGroups.push(id);
  }

  private groupsByCollaboratorGroup: Groups | undefined;

  /** The client groups that a collaborator group is in. */
  private groupsOf(id: string): readonly string[] {
    this.groupsByCollaboratorGroup ??= this.relationships
      .filter(({ relation }) => relation === 'collaborator_group')
      .reduce<Groups>((groups, { object, subject }) => {
        const of = split(subject)[1] ?? '';
        return groups.set(of, [...(groups.get(of) ?? []), split(object)[1] ?? '']);
      }, new Map());
    return this.groupsByCollaboratorGroup.get(id) ?? [];
  }
}

function split(ref: string): string[] {
  const at = ref.indexOf(':');
  return [ref.slice(0, at), ref.slice(at + 1)];
}

function subjectOf({ id, profile, status }: Line): Mutable<SubjectFacts> {
  return {
    id,
    profile: profile as SubjectFacts['profile'],
    status: (status ?? 'active') as SubjectFacts['status'],
    clientGroups: [],
    collaboratorGroups: [],
    excludedClientGroups: [],
    validUntil: null,
  };
}

function dossierOf(line: Line, known: Mutable<DossierFacts> | undefined): Mutable<DossierFacts> {
  const { id, status, private: isPrivate } = line;
  if (typeof status !== 'string') throw new UsageError(`the dossier "${id}" has no status`);
  const none = { clientGroup: null, managers: [], guests: [], excluded: [], validUntil: null };
  return { ...(known ?? none), id, status: status as DossierFacts['status'], private: isPrivate === true };
}

function relateDossier(dossier: Mutable<DossierFacts> | undefined, relation: string, id: string): void {
  if (!dossier) return;
  if (relation === 'client_group') dossier.clientGroup = id;
  else if (relation === 'manager') dossier.managers.push(id);
  else if (relation === 'guest') dossier.guests.push(id);
  else if (relation === 'excluded') dossier.excluded.push(id);
}

async function* pagesOf(dossiers: readonly DossierFacts[]): AsyncGenerator<readonly DossierFacts[]> {
  for (let from = 0; from < dossiers.length; from += pageSize) {
    yield await Promise.resolve(dossiers.slice(from, from + pageSize));
  }
}
