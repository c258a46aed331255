import type { KindTable } from './kinds';

const extraFields = ['ExtAttr.Item'];

/** Changes of members, departments and tags (docs 90970, 90240); FromUserName is 'sys'. */
export const contactEvents: KindTable = {
	family: 'contact',
	groups: [
		{
			event: 'change_contact',
			name: 'Contact: Any Change',
			description:
				'Any change of members, departments or tags. Needs the contact sync event server.',
		},
	],
	kinds: [
		{
			on: 'event/change_contact/create_user',
			name: 'Contact: Member Added',
			description: 'Newer contact sync servers get only UserID and Department',
			repeat: extraFields,
			answer: 'E',
			doc: 90970,
		},
		{
			on: 'event/change_contact/update_user',
			name: 'Contact: Member Changed',
			description: 'Carries only what changed, and NewUserID if the user ID did',
			repeat: extraFields,
			answer: 'E',
			doc: 90970,
		},
		{
			on: 'event/change_contact/delete_user',
			name: 'Contact: Member Removed',
			answer: 'E',
			doc: 90970,
		},
		{
			on: 'event/change_contact/create_party',
			name: 'Contact: Department Added',
			answer: 'E',
			doc: 90240,
		},
		{
			on: 'event/change_contact/update_party',
			name: 'Contact: Department Changed',
			description: 'Renamed or moved. Carries only what changed.',
			answer: 'E',
			doc: 90240,
		},
		{
			on: 'event/change_contact/delete_party',
			name: 'Contact: Department Removed',
			answer: 'E',
			doc: 90240,
		},
		{
			on: 'event/change_contact/update_tag',
			name: 'Contact: Tag Members Changed',
			description: 'Members or departments were added or taken off',
			answer: 'E',
			doc: 90240,
		},
	],
};
