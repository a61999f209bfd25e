import { Module, type DynamicModule } from '@nestjs/common';
import { AbilityService } from '#src/ability/ability.service.js';
import { Database } from '#src/platform/database.js';
import { parseSmtpUrl } from '#src/platform/mail/smtp-server.js';
import type { Metrics } from '#src/platform/metrics.js';
import type { Settings } from '#src/platform/settings.js';
import { AccessReviewController } from './access-review/access-review.controller.js';
import { AccessReviewService } from './access-review/access-review.service.js';
import { ReviewReturnService } from './access-review/review-return.service.js';
import { AccessesController } from './accesses.controller.js';
import { AccessesService } from './accesses.service.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysService } from './api-keys.service.js';
import { BulkService } from './bulk.service.js';
import { ChangesController } from './changes.controller.js';
import { ChangesService } from './changes.service.js';
import { ClientGroupsController } from './client-groups.controller.js';
import { ClientGroupsService } from './client-groups.service.js';
import { CollaboratorGroupsController } from './collaborator-groups.controller.js';
import { CollaboratorGroupsService } from './collaborator-groups.service.js';
import { CollaboratorListsService } from './collaborator-lists.service.js';
import { CollaboratorsController } from './collaborators.controller.js';
import { CollaboratorsService } from './collaborators.service.js';
import { CommunicationActionsService } from './communications/communication-actions.service.js';
import { CommunicationListsService } from './communications/communication-lists.service.js';
import { CommunicationsController } from './communications/communications.controller.js';
import { CommunicationsService } from './communications/communications.service.js';
import { TemplatesController } from './communications/templates.controller.js';
import { TemplatesService } from './communications/templates.service.js';
import { MailSender } from './communications/mail-sender.js';
import { Outbox } from './communications/outbox.js';
import { OutboxMetrics } from './communications/outbox-metrics.js';
import { DossierExportService } from './dossier-export.service.js';
import { DossierPeopleController } from './dossier-people.controller.js';
import { DossierPeopleService } from './dossier-people.service.js';
import { DossierReadsService } from './dossier-reads.service.js';
import { DossiersController } from './dossiers.controller.js';
import { DossiersService } from './dossiers.service.js';
import { EntitiesController } from './entities.controller.js';
import { EntitiesService } from './entities.service.js';
import { ExportController } from './export/export.controller.js';
import { Exporter } from './export/exporter.js';
import { FindingsController } from './findings/findings.controller.js';
import { FindingsService } from './findings/findings.service.js';
import { GroupListsService } from './group-lists.service.js';
import { ImportController } from './import/import.controller.js';
import { Importer } from './import/importer.js';
import { MonitorService } from './monitor.service.js';
import { OfficeReader } from './office-reader.js';
import { OfficesController } from './offices.controller.js';
import { OfficesService } from './offices.service.js';
import { RelationWriter } from './relation-writer.js';
import { RelationshipsController } from './relationships.controller.js';
import { RelationshipsService } from './relationships.service.js';
import { UndoService } from './undo.service.js';

@Module({
  controllers: [
    OfficesController,
    CollaboratorsController,
    CollaboratorGroupsController,
    ClientGroupsController,
    DossiersController,
    DossierPeopleController,
    EntitiesController,
    RelationshipsController,
    ChangesController,
    AccessesController,
    ApiKeysController,
    CommunicationsController,
    TemplatesController,
    FindingsController,
    ImportController,
    ExportController,
    AccessReviewController,
  ],
  providers: [
    RelationWriter,
    OfficeReader,
    OfficesService,
    CollaboratorsService,
    CollaboratorListsService,
    CollaboratorGroupsService,
    ClientGroupsService,
    GroupListsService,
    DossiersService,
    DossierReadsService,
    DossierPeopleService,
    DossierExportService,
    EntitiesService,
    MonitorService,
    BulkService,
    RelationshipsService,
    ChangesService,
    AccessesService,
    ApiKeysService,
    CommunicationsService,
    CommunicationListsService,
    CommunicationActionsService,
    TemplatesService,
    FindingsService,
    Importer,
    Exporter,
    AccessReviewService,
    ReviewReturnService,
    UndoService,
  ],
  exports: [RelationWriter],
})
export class AdminModule {
  static forRoot({ settings, metrics }: { settings: Settings; metrics: Metrics }): DynamicModule {
    const { smtpUrl = '', smtpTimeoutSeconds } = settings;
    const mailServer = parseSmtpUrl(smtpUrl, smtpTimeoutSeconds * 1000) ?? null;
    const outboxMetrics = new OutboxMetrics(metrics.registry);
    return {
      module: AdminModule,
      providers: [
        {
          provide: Outbox,
          inject: [Database, AbilityService],
          useFactory: (database: Database, abilities: AbilityService) =>
            mailServer && new Outbox(database, new MailSender(database, abilities, outboxMetrics, mailServer)),
        },
      ],
    };
  }
}
