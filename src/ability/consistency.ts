/**
 * How fresh an answer must be. Absent: as of the question's arrival. `maxStalenessMs` accepts what was read at most so
 * long ago; `atLeast` accepts any state that includes the write which answered with this token.
 */
export type Consistency = { maxStalenessMs: number } | { atLeast: string } | undefined;
