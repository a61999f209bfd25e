import type { TestDatabase } from './database.js';

/** A service on loopback, and the database behind it. */
export interface TestService {
  url: string;
  /** A key of the platform with every scope. */
  key: string;
  database: TestDatabase;
}

/**
 * The service that the tests of this run share, in a process of its own: nothing of it is loaded here. A test makes the
 * offices that it needs and leaves alone what all offices share; one that needs other settings, or changes what is
 * shared, starts a service of its own by `startApp`.
 */
export function theService(): TestService {
  if (!process.env.TEST_SERVICE) {
    throw new Error('This test needs the service: its project must name the set-up of test/support');
  }
  const { url, key, database } = JSON.parse(process.env.TEST_SERVICE) as Record<'url' | 'key' | 'database', string>;
  return { url, key, database: { url: database, drop: () => Promise.reject(new Error('others use it')) } };
}
