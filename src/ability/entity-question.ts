import type { Precedence } from '#src/policy/entity-type.js';

type Properties = Readonly<Record<string, unknown>>;

/** Something as a question names it, with what the question says about it. */
export interface NamedEntity {
  readonly type: string;
  readonly id: string;
  readonly properties?: Properties | undefined;
}

/** May this subject do this with this resource? Of any type, each by a name that the office's policies know it by. */
export interface EntityQuestion {
  readonly subject: NamedEntity;
  readonly action: { readonly name: string; readonly properties?: Properties | undefined };
  readonly resource: NamedEntity;
  readonly context?: Properties | undefined;
}

/** The properties that count, by what the type's policy says of requests. Own members only, on an object without heirs. */
export function effectiveProperties(
  stored: Properties | undefined,
  given: Properties | undefined,
  precedence: Precedence,
): Properties {
  if (precedence === 'stored') return stored ?? {};
  return precedence === 'stored-first' ? { ...given, ...stored } : { ...stored, ...given };
}
