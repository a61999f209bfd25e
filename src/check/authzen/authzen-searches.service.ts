import { Injectable } from '@nestjs/common';
import { PolicyBundles } from '#src/ability/bundles.js';
import { SearchService } from '#src/ability/search.service.js';
import { SigningKey } from '#src/platform/signing-key.js';
import { CheckService, type Asker } from '#src/check/check.service.js';
import type { ActionSearch, ResourceSearch, SubjectSearch } from './authzen.schema.js';
import { AuthzenService, split } from './authzen.service.js';
import { SearchPages } from './search-pages.js';

/** Who can, with what, and which actions (Authorization API 1.0 §8). What nobody knows is found nowhere. */
@Injectable()
export class AuthzenSearches {
  constructor(
    private readonly searches: SearchService,
    private readonly authzen: AuthzenService,
    private readonly checks: CheckService,
    private readonly policies: PolicyBundles,
    private readonly key: SigningKey,
  ) {}

  async subjects(asker: Asker, { page, ...search }: SubjectSearch) {
    const { type } = search.subject;
    const { question, consistency } = split({ ...search, subject: { type, id: '' } });
    const pages = new SearchPages(this.key, asker, ['subject', search], page);
    const { ids, next } = await this.searches.subjects(asker, { question, consistency, ...pages.start });
    return pages.answer(
      ids.map((id) => ({ type, id })),
      next,
    );
  }

  async resources(asker: Asker, { page, ...search }: ResourceSearch) {
    const { type } = search.resource;
    const { question, consistency } = split({ ...search, resource: { type, id: '' } });
    const pages = new SearchPages(this.key, asker, ['resource', search], page);
    const { ids, next } = await this.searches.resources(asker, { question, consistency, ...pages.start });
    return pages.answer(
      ids.map((id) => ({ type, id })),
      next,
    );
  }

  /** Those of the actions that the resource's policy declares, in its order, asked without properties. */
  async actions(asker: Asker, { page, ...search }: ActionSearch) {
    const pages = new SearchPages(this.key, asker, ['action', search], page);
    const names = await this.actionsOf(asker, search.resource.type);
    const outcomes = await this.authzen.evaluate(
      asker,
      names.map((name) => ({ ...search, action: { name } })),
    );
    const allowed = names.filter((_, at) => {
      const { verdict } = outcomes[at] ?? {};
      if (!verdict) throw new Error('an action could not be decided; the log says why');
      return verdict.allowed;
    });
    const { after, limit } = pages.start;
    const rest = after === null ? allowed : allowed.filter((name) => names.indexOf(name) > names.indexOf(after));
    const shown = rest.slice(0, limit);
    return pages.answer(
      shown.map((name) => ({ name })),
      rest.length > limit ? { after: shown.at(-1) ?? after } : null,
    );
  }

  private async actionsOf(asker: Asker, name: string): Promise<readonly string[]> {
    const { policySet } = await this.checks.verdicts(asker, [], undefined);
    const type = this.policies.typeNamed(policySet, name);
    return type === undefined ? [] : (this.policies.policyOf(policySet, type)?.actions ?? []);
  }
}
