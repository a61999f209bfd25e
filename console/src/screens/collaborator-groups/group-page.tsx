import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { useTexts } from '../../i18n/texts.js';
import { PartHeading } from '../../layout/page.js';
import { Empty, QueryStates } from '../../parts/states.js';
import { pathIn } from '../../paths.js';
import { useOffice } from '../../session/session-context.js';
import { DeleteGroup } from './delete-group.js';
import { GroupForm } from './group-form.js';
import styles from './groups.module.css';
import { emptyGroup, groupQuery } from './queries.js';

/** Beside the list while no group is open. */
export function NoGroup() {
  const t = useTexts('collaborator-groups');
  return (
    <Empty title={t('choose')}>
      <p>{t('choose_help')}</p>
    </Empty>
  );
}

export function NewGroup() {
  const t = useTexts('collaborator-groups');
  return (
    <>
      <Back />
      <PartHeading title={t('new')} />
      <GroupForm loaded={emptyGroup} />
    </>
  );
}

export function GroupPage() {
  const { id = '' } = useParams();
  const { office } = useOffice();
  const query = useQuery(groupQuery(office, id));
  return (
    <>
      <Back />
      <QueryStates query={query}>
        {(loaded) => (
          <>
            <PartHeading title={loaded.group.name} actions={<DeleteGroup loaded={loaded} />} />
            <GroupForm key={id} loaded={loaded} />
          </>
        )}
      </QueryStates>
    </>
  );
}

/** Where the page is narrow, the list is not beside the group. */
function Back() {
  const t = useTexts('collaborator-groups');
  const { office } = useOffice();
  return (
    <Link to={pathIn(office, 'collaborator-groups')} className={styles.back}>
      {t('back')}
    </Link>
  );
}
