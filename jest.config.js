import { readFileSync } from 'node:fs';
import { URL } from 'node:url';

// One project per kind of test. `unit` needs no server; the others share one PostgreSQL (see test/support).
// The build leaves the specs out; here they are what is compiled.
const { exclude: _specs, ...swc } = JSON.parse(readFileSync(new URL('.swcrc', import.meta.url), 'utf8'));

const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  moduleNameMapper: {
    '^#src/(.*)\\.js$': '<rootDir>/src/$1.ts',
    '^#migrations/(.*)\\.js$': '<rootDir>/migrations/$1.ts',
    '^#test/(.*)\\.js$': '<rootDir>/test/$1.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cardea/'],
};
const withServers = {
  ...base,
  globalSetup: '<rootDir>/test/support/servers.setup.ts',
  globalTeardown: '<rootDir>/test/support/servers.teardown.ts',
};

export default {
  // One more than the cores of a small machine: tests wait for servers half of their time.
  maxWorkers: 3,
  // A machine that does other things takes several times as long for what waits for servers.
  testTimeout: 90_000,
  testSequencer: '<rootDir>/jest.sequencer.js',
  projects: [
    { ...base, displayName: 'unit', testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/*.spec.ts'] },
    { ...withServers, displayName: 'medium', testMatch: ['<rootDir>/test/medium/**/*.spec.ts'] },
    { ...withServers, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'] },
    { ...withServers, displayName: 'property', testMatch: ['<rootDir>/test/property/**/*.spec.ts'] },
  ],
};
