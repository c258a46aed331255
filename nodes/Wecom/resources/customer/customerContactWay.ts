import { departmentIds, memberIds } from './fields';
import { cursorPages } from '../../engine/pages';
import { all, within } from '../../engine/checks';
import {
	additionalFields,
	choice,
	filters,
	integer,
	locator,
	moment,
	text,
	toggle,
} from '../../engine/fields';
import type { Check, Field, Resource } from '../../engine/operation';
import { problem } from '../../engine/problem';

const configId = locator('config_id', 'Contact Way', 'searchContactWays', 'e.g. 42b34949e138eb6e', {
	description: 'The contact way, by its remark or by config ID; the list goes 90 days back',
});
const people: Field[] = [
	memberIds('user', 100, {
		description: 'Who the customer can add: exactly one for One Member',
	}),
	departmentIds('party', 100),
];
const settings: Field[] = [
	integer('expires_in', 'Expires In', 'Seconds a temporary QR code is valid, up to 14 days', {
		default: 604800,
	}),
	text('remark', 'Remark', 'A note for yourself, up to 30 characters'),
	toggle('skip_verify', 'Skip Confirmation', 'Whether members need not confirm', { default: true }),
	text('state', 'State', 'Your name for the channel, shown with the customer, up to 30 characters'),
];
const texts = within({ remark: 30, state: 30 });

/** A way to one member takes exactly that one (doc 92228). */
const oneMember: Check = (item, { type, user }) => {
	if (type === 1 && (user as string[] | undefined)?.length !== 1) {
		throw problem(
			item,
			`A contact way to one member has ${(user as string[] | undefined)?.length ?? 0} members`,
			"Choose exactly one member, or choose 'Several Members'.",
		);
	}
};

export const customerContactWay: Resource = {
	value: 'customerContactWay',
	name: 'Customer Contact Way',
	operations: [
		{
			value: 'create',
			name: 'Create',
			action: 'Create contact way',
			description: 'Make a "Contact Me" QR code or mini program button',
			doc: 92228,
			endpoint: ['POST', '/cgi-bin/externalcontact/add_contact_way'],
			fields: [
				choice('type', 'Type', 'Whom customers are put in touch with', [
					{ name: 'One Member', value: 1 },
					{ name: 'Several Members', value: 2 },
				]),
				choice('scene', 'Scene', 'How customers get to it', [
					{ name: 'QR Code', value: 2 },
					{ name: 'Mini Program', value: 1 },
				]),
				...people,
				// An update cannot change these two.
				toggle(
					'is_exclusive',
					'One Member per Customer',
					'Whether each customer can add only one of the members',
				),
				toggle('is_temp', 'Temporary Chat', 'Whether it is for temporary chats'),
				additionalFields(settings),
			],
			check: all(oneMember, texts),
		},
		{
			value: 'delete',
			name: 'Delete',
			action: 'Delete contact way',
			description: 'Remove a contact way; its QR code stops working',
			doc: 92228,
			endpoint: ['POST', '/cgi-bin/externalcontact/del_contact_way'],
			fields: [configId],
			returns: () => ({ deleted: true }),
		},
		{
			value: 'get',
			name: 'Get',
			action: 'Get contact way',
			description: 'Read a contact way',
			doc: 92228,
			endpoint: ['POST', '/cgi-bin/externalcontact/get_contact_way'],
			reads: true,
			fields: [configId],
			pick: 'contact_way',
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many contact ways',
			description: 'List the IDs of contact ways that apps have made',
			doc: 92228,
			endpoint: ['POST', '/cgi-bin/externalcontact/list_contact_way'],
			reads: true,
			fields: [
				filters([
					moment('start_time', 'Created After', '90 days ago by default'),
					moment('end_time', 'Created Before', 'Now by default'),
				]),
			],
			list: 'contact_way',
			paging: cursorPages(1000),
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update contact way',
			description: 'Change the members or settings of a contact way',
			doc: 92228,
			endpoint: ['POST', '/cgi-bin/externalcontact/update_contact_way'],
			fields: [configId, ...people, additionalFields(settings)],
			check: texts,
			returns: ({ config_id }) => ({ config_id, success: true }),
		},
	],
};
