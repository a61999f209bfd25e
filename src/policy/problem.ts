/** Where something stands in a file. Lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong in a policy or cases file, with where it is. */
export interface Problem extends Place {
  readonly file: string;
  readonly message: string;
  /** Set where a tool tells this kind of mistake apart. */
  readonly kind?: 'missing-translation';
}

/** `file:line:column message`, the form that editors and terminals turn into a link. */
export function formatProblem({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column} ${message}`;
}

/** A set of policy files that must not be used: carries everything that is wrong in it, not only the first thing. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
  }
}
