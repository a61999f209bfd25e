import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import {
  collaboratorStatuses,
  dossierStatuses,
  languages,
  profiles,
  type CollaboratorStatus,
  type DossierStatus,
  type Language,
  type Profile,
} from './vocabulary.js';

// The tables are made by hand-written migrations; these definitions only map them. Constraints live in PostgreSQL.

export const OfficeEntity = defineEntity({
  name: 'Office',
  tableName: 'office',
  properties: {
    id: p.string().primary(),
    name: p.string(),
    email: p.string(),
    language: p.enum(languages).$type<Language>(),
    onlyAdminsActivate: p.boolean().default(true),
    uniqueGroupNames: p.boolean().default(false),
    defaultClientGroup: p.string().nullable(),
    policySet: p.string().nullable(),
    decisionLogDays: p.integer().nullable(),
    revision: p.bigint('number').default(0),
    version: p.bigint('number').default(0),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});
export type Office = InferEntity<typeof OfficeEntity>;

export const CollaboratorEntity = defineEntity({
  name: 'Collaborator',
  tableName: 'collaborator',
  properties: {
    office: p.string().primary(),
    id: p.string().primary(),
    email: p.string(),
    firstName: p.string().default(''),
    lastName: p.string().default(''),
    profile: p.enum(profiles).$type<Profile>(),
    language: p.enum(languages).$type<Language>(),
    status: p.enum(collaboratorStatuses).$type<CollaboratorStatus>(),
    version: p.bigint('number'),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});
export type Collaborator = InferEntity<typeof CollaboratorEntity>;

export const CollaboratorGroupEntity = defineEntity({
  name: 'CollaboratorGroup',
  tableName: 'collaborator_group',
  properties: {
    office: p.string().primary(),
    id: p.string().primary(),
    name: p.string(),
    version: p.bigint('number'),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});
export type CollaboratorGroup = InferEntity<typeof CollaboratorGroupEntity>;

export const ClientGroupEntity = defineEntity({
  name: 'ClientGroup',
  tableName: 'client_group',
  properties: {
    office: p.string().primary(),
    id: p.string().primary(),
    name: p.string(),
    email: p.string().nullable(),
    version: p.bigint('number'),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});
export type ClientGroup = InferEntity<typeof ClientGroupEntity>;

export const DossierEntity = defineEntity({
  name: 'Dossier',
  tableName: 'dossier',
  properties: {
    office: p.string().primary(),
    id: p.string().primary(),
    name: p.string(),
    code: p.string().nullable(),
    /** Ten digits, without dots. */
    enterpriseNumber: p.string().nullable(),
    labels: p.array(),
    private: p.boolean().default(false),
    language: p.enum(languages).$type<Language>().nullable(),
    email: p.string().nullable(),
    status: p.enum(dossierStatuses).$type<DossierStatus>(),
    version: p.bigint('number'),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});
export type Dossier = InferEntity<typeof DossierEntity>;

export const GenericEntity = defineEntity({
  name: 'GenericEntity',
  tableName: 'entity',
  properties: {
    office: p.string().primary(),
    type: p.string().primary(),
    id: p.string().primary(),
    properties: p.json().$type<Record<string, unknown>>(),
    version: p.bigint('number'),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});

export const relationEntities = [
  OfficeEntity,
  CollaboratorEntity,
  CollaboratorGroupEntity,
  ClientGroupEntity,
  DossierEntity,
  GenericEntity,
];
