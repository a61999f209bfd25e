import { z } from 'zod';
import { languages, profiles } from '#src/relations/vocabulary.js';

const languageSchema = z.enum(languages);
const instantSchema = z.iso.datetime();

export const sessionSchema = z
  .object({
    person: z.object({ subject: z.string(), email: z.string().nullable() }),
    csrfToken: z.string().describe('Every request but GET repeats it in `X-CSRF-Token`.'),
    expiresAt: instantSchema.describe('The end of the session, whatever happens.'),
    idleUntil: instantSchema.describe('Its end where no further request comes.'),
    offices: z
      .array(
        z.object({
          office: z.string(),
          name: z.string(),
          language: languageSchema,
          collaborator: z.object({
            id: z.string(),
            firstName: z.string(),
            lastName: z.string(),
            email: z.string(),
            profile: z.enum(profiles),
            language: languageSchema,
          }),
        }),
      )
      .describe('Where the person is an active collaborator.'),
  })
  .meta({ id: 'Session' });

export const signedOutSchema = z
  .object({
    signOutUrl: z
      .string()
      .nullable()
      .describe('Where the browser goes to sign out at the issuer too; `null`: nowhere.'),
  })
  .meta({ id: 'SignedOut' });
