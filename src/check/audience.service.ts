import { Injectable } from '@nestjs/common';
import { AbilityService } from '#src/ability/ability.service.js';
import { audienceOf } from '#src/ability/audience.js';
import { Database } from '#src/platform/database.js';
import { problem } from '#src/platform/errors.js';
import { revisionToken } from '#src/relations/revision.js';
import type { Asker } from './check.service.js';

/** Who may do something with a dossier, with every path by which they may (rule 5). */
@Injectable()
export class AudienceService {
  constructor(
    private readonly database: Database,
    private readonly abilities: AbilityService,
  ) {}

  /** @throws `not_found` where the dossier does not exist for the asker */
  of({ office, principal }: Asker, dossier: string, action: string) {
    return this.database.inOffice(
      office,
      async (em) => {
        const facts = await this.abilities.factsIn(em, office, [], [dossier]);
        const found = facts.dossiers.get(dossier);
        if (!found) throw problem('not_found', { type: 'dossier', id: dossier });
        await this.abilities.requireMaySeeAudience(em, office, principal, found);
        const audience = await audienceOf(em, this.abilities, office, [dossier], action);
        return {
          dossier,
          action,
          audience: audience.get(dossier) ?? [],
          revision: revisionToken(facts.revision),
          policy: this.abilities.policyHash(facts.policySet),
        };
      },
      { readOnly: true },
    );
  }
}
