import { useSearchParams } from 'react-router';
import { useDossierName } from '../../api/dossier-name.js';
import { personName, useOfficeNames } from '../../api/office-names.js';
import { useTexts } from '../../i18n/texts.js';
import { Choice } from '../../parts/choice.js';
import { PickOne } from '../../parts/pick-one.js';
import { useOffice } from '../../session/session-context.js';
import {
  searchClientGroups,
  searchCollaboratorGroups,
  searchCollaborators,
  type Collaborator,
  type NamedGroup,
} from '../collaborators/queries.js';
import { searchDossiers, type DossierItem } from '../why/queries.js';
import styles from './trail.module.css';

const types = ['collaborator', 'dossier', 'client_group', 'collaborator_group'] as const;
type Type = (typeof types)[number];

/** The kind of thing, then which one: the trail is kept by the thing that changed. */
export function Filter() {
  const t = useTexts('trail');
  const [params, setParams] = useSearchParams();
  const key = params.get('key') ?? '';
  const at = key.indexOf(':');
  const type = types.find((one) => one === (params.get('type') ?? key.slice(0, Math.max(at, 0))));
  const id = at < 0 ? null : key.slice(at + 1);
  const choose = (kind: Type | '', chosen?: string) =>
    setParams(
      { ...(kind && { type: kind }), ...(kind && chosen && { key: `${kind}:${chosen}` }) },
      { replace: chosen === undefined },
    );
  return (
    <div role="search" className={styles.filter}>
      <Choice<Type | ''>
        label={t('of')}
        value={type ?? ''}
        options={[
          { value: '', label: t('everything') },
          ...types.map((value) => ({ value, label: t(`type.${value}`) })),
        ]}
        onChange={(kind) => choose(kind)}
      />
      {type && <Which key={type} type={type} id={id} onChoose={(chosen) => choose(type, chosen)} />}
    </div>
  );
}

interface WhichProps {
  type: Type;
  id: string | null;
  onChoose: (id: string | undefined) => void;
}

function Which({ type, id, onChoose }: WhichProps) {
  const t = useTexts('trail');
  const { office } = useOffice();
  const names = useOfficeNames();
  const dossierName = useDossierName(type === 'dossier' ? id : null);
  const label = t(`type.${type}`);
  const onChange = (item: { id: string } | null) => onChoose(item?.id);
  const valueBy = (nameOf: (id: string) => string) => (id === null ? null : { id, name: nameOf(id) });
  if (type === 'collaborator') {
    return (
      <PickOne<Collaborator>
        {...{ label, onChange }}
        queryKey={['office', office, 'collaborators']}
        search={(q) => searchCollaborators(office, q)}
        nameOf={personName}
        noteOf={({ email }) => email}
        value={valueBy(names.collaborator)}
      />
    );
  }
  if (type === 'dossier') {
    return (
      <PickOne<DossierItem>
        {...{ label, onChange }}
        queryKey={['office', office, 'dossiers']}
        search={(q) => searchDossiers(office, q)}
        nameOf={({ name }) => name}
        noteOf={({ code }) => code}
        value={valueBy((one) => dossierName ?? one)}
      />
    );
  }
  const isClientGroup = type === 'client_group';
  return (
    <PickOne<NamedGroup>
      {...{ label, onChange }}
      queryKey={['office', office, isClientGroup ? 'client-groups' : 'collaborator-groups']}
      search={(q) => (isClientGroup ? searchClientGroups(office, q) : searchCollaboratorGroups(office, q))}
      nameOf={({ name }) => name}
      value={valueBy(isClientGroup ? names.clientGroup : names.collaboratorGroup)}
    />
  );
}
