import { useOffice } from '../../session/session-context.js';
import { Picker } from '../../parts/picker.js';
import { Chips } from './chips.js';
import { searchGroups, searchPeople, type Collaborator } from './queries.js';
import { personName, useNames } from './use-names.js';

interface Props {
  label: string;
  description?: string;
  chosen: readonly string[];
  onChange: (ids: readonly string[]) => void;
  /** `true`: choosing another one takes the place of the former. */
  single?: boolean;
}

/** Chooses client groups of the office. */
export function GroupChooser({ label, description, chosen, onChange, single = false }: Props) {
  const { office } = useOffice();
  const names = useNames();
  const remove = (id: string) => onChange(chosen.filter((one) => one !== id));
  return (
    <div>
      <Picker
        label={label}
        {...(description && { description })}
        queryKey={['office', office, 'client-groups']}
        search={(text) => searchGroups(office, text)}
        nameOf={({ name }) => name}
        isChosen={(id) => chosen.includes(id)}
        onAdd={({ id }) => onChange(single ? [id] : [...chosen, id])}
        onRemove={remove}
      />
      <Chips label={label} items={chosen.map((id) => ({ id, name: names.group(id) }))} onRemove={remove} />
    </div>
  );
}

/** Chooses people of the office. */
export function PeopleChooser({ label, description, chosen, onChange, single = false }: Props) {
  const { office } = useOffice();
  const names = useNames();
  const remove = (id: string) => onChange(chosen.filter((one) => one !== id));
  return (
    <div>
      <Picker<Collaborator>
        label={label}
        {...(description && { description })}
        queryKey={['office', office, 'collaborators']}
        search={(text) => searchPeople(office, text)}
        nameOf={personName}
        noteOf={({ email }) => email}
        isChosen={(id) => chosen.includes(id)}
        onAdd={({ id }) => onChange(single ? [id] : [...chosen, id])}
        onRemove={remove}
      />
      <Chips label={label} items={chosen.map((id) => ({ id, name: names.person(id) }))} onRemove={remove} />
    </div>
  );
}
