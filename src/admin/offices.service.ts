import { Injectable } from '@nestjs/common';
import { PolicyBundles } from '#src/ability/bundles.js';
import { problem } from '#src/platform/errors.js';
import { rows } from '#src/platform/sql.js';
import { OfficeEntity, type Office } from '#src/relations/entities.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import type { Answer } from '#src/platform/answer.js';
import { findClientGroup } from './client-groups.service.js';
import { officeFieldsOf, type OfficeFields } from './office-fields.js';
import type { OfficePatch, OfficePut } from './office.schema.js';
import type { WriteRequest } from './read-request.js';
import { RelationWriter, type Outcome } from './relation-writer.js';
import { etagOf, expectVersion } from './versions.js';
import type { Write } from './write.js';

/** The offices themselves: made by the platform, configured by their admins. */
@Injectable()
export class OfficesService {
  constructor(
    private readonly writer: RelationWriter,
    private readonly bundles: PolicyBundles,
  ) {}

  /** Makes the office, which only a key of the platform may, or replaces its fields. */
  put(request: WriteRequest, body: OfficePut): Promise<Answer> {
    const { settings, reason: _reason, ...rest } = body;
    const fields: OfficeFields = { ...rest, ...settings };
    let created = false;
    return this.writer.write(
      request,
      async (write) => {
        if (!created) return this.update(write, fields, 'replaces');
        await this.check(write, fields);
        write.recordEntity('office', 'create', null, { ...fields });
        return this.outcome(write, 201);
      },
      {
        before: async (em) => {
          created = false;
          if (request.principal.kind !== 'key' || request.principal.office !== null) return;
          const made = await rows(
            em,
            `insert into office (id, name, email, language, only_admins_activate, unique_group_names, policy_set,
               decision_log_days)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning id`,
            [
              request.office,
              body.name,
              body.email,
              body.language,
              settings.onlyAdminsActivate,
              settings.uniqueGroupNames,
              body.policySet,
              settings.decisionLogDays,
            ],
          );
          created = made.length > 0;
        },
      },
    );
  }

  patch(request: WriteRequest, body: OfficePatch): Promise<Answer> {
    const { settings, reason: _reason, ...rest } = body;
    const named = Object.entries({ ...rest, ...settings }).filter(([, value]) => value !== undefined);
    return this.writer.write(request, (write) => this.update(write, Object.fromEntries(named)));
  }

  private async update(write: Write, changed: Partial<OfficeFields>, mode?: 'replaces'): Promise<Outcome> {
    write.guard.require('office', 'configure', { id: write.office.id });
    const office = await load(write);
    const before = officeFieldsOf(office);
    const after = { ...before, ...changed };
    const unchanged = JSON.stringify(before) === JSON.stringify(after);
    if (!(mode === 'replaces' && unchanged)) await expectVersion(write, 'office', office.version);
    if (!unchanged) {
      await this.check(write, after);
      await write.em.nativeUpdate(OfficeEntity, { id: office.id }, after);
      write.recordEntity('office', 'update', { ...before }, { ...after });
    }
    return this.outcome(write);
  }

  private async check(write: Write, fields: OfficeFields): Promise<void> {
    const { defaultClientGroup, policySet } = fields;
    if (defaultClientGroup && !(await findClientGroup(write, defaultClientGroup))) {
      throw problem('unknown_reference', { type: 'client_group', id: defaultClientGroup });
    }
    if (policySet && !this.bundles.has(policySet))
      throw problem('unknown_reference', { type: 'policy_set', id: policySet });
  }

  private async outcome(write: Write, status = 200): Promise<Outcome> {
    const office = await load(write);
    const version = write.hasTouched('office') ? write.revision : office.version;
    return { body: officeView(office), status, etag: etagOf(version) };
  }
}

async function load(write: Write): Promise<Office> {
  return write.em.findOneOrFail(OfficeEntity, { id: write.office.id }, { refresh: true });
}

/** The office as the API shows it. */
export function officeView(office: Office) {
  const { name, email, language, policySet, ...settings } = officeFieldsOf(office);
  return { id: office.id, name, email, language, settings, policySet, revision: revisionToken(office.revision) };
}
