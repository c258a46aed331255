import { appEvents } from './app';
import { botEvents } from './bot';
import { chainEvents } from './chain';
import { contactEvents } from './contact';
import { customerEvents } from './customer';
import { customerServiceEvents } from './customerService';
import type { Family, GroupRow, KindRow, KindTable } from './kinds';
import { meetingEvents } from './meeting';
import { messages } from './messages';
import { officeEvents } from './office';
import { paymentEvents } from './payment';
import { schoolEvents } from './school';
import { providerEvents, suiteEvents } from './suite';

/** A table row with what follows from its place: its stable id and its family. */
export interface CallbackKind extends KindRow {
	/** Option value and `kind` of items: 'text', 'subscribe', 'change_contact.create_user'. */
	kind: string;
	family: Family;
}

/** What a payload is. `row` is there exactly when `known`. */
export interface Classification {
	/** Also known for a new ChangeType of a known Event; 'unknown' otherwise. */
	family: Family | 'unknown';
	/** The row's kind, or one built the same way for what no table knows. */
	kind: string;
	/** The Event, the InfoType of a suite callback, or the notify_type of a payment. */
	event?: string;
	/** The ChangeType, or the event_type of a payment. */
	changeType?: string;
	known: boolean;
	row?: CallbackKind;
}

/** Value of the option that stands for every callback, also those no table knows. */
export const ANY_KIND = '*';

const TABLES: readonly KindTable[] = [
	messages,
	appEvents,
	contactEvents,
	customerEvents,
	customerServiceEvents,
	officeEvents,
	meetingEvents,
	chainEvents,
	schoolEvents,
	paymentEvents,
	suiteEvents,
	providerEvents,
	botEvents,
];

/** Elements that repeat somewhere in WeCom's callbacks: for kinds no table knows (docs as the rows). */
const REPEATABLE_ANYWHERE: readonly string[] = [
	'ExtAttr.Item',
	'MemChangeList.Item',
	'PicList.item',
	'Items.Item',
	'SelectedItems.SelectedItem',
	'OptionIds.OptionId',
	'OpitonIds.OpitonId',
	'ApprovalNode',
	'NotifyNode',
	'SpRecord',
	'Details',
	'Notifyer',
	'Comments',
	'NodeList',
	'SubNodeList',
	'GroupId',
	'CorpIds.CorpId',
	'DocId',
	'FormId',
	'FieldId',
	'RecordId',
	'FileId',
	'SpaceId',
	'Details.Attach',
	'Comments.Attach',
	'MediaIds',
	'ChangeList',
	'UploadInfo',
	'AccountList',
	'AuthAddOpenKfId',
	'AuthDelOpenKfId',
];

/** Every kind of callback the package knows. */
export const callbackKinds: readonly CallbackKind[] = TABLES.flatMap(({ family, kinds }) =>
	kinds.map((row) => ({ ...row, family, kind: kindOf(row.on) })),
);

/** Events with ChangeTypes that can be selected together. */
export const callbackGroups: readonly GroupRow[] = TABLES.flatMap(({ groups }) => groups ?? []);

const byDiscriminator = new Map(
	callbackKinds.flatMap((row) => [row.on, ...(row.also ?? [])].map((on) => [on, row])),
);
const familyByEvent = new Map(
	callbackKinds.map((row) => [row.on.split('/').slice(0, 2).join('/'), row.family]),
);

/**
 * Says what a payload is by InfoType or MsgType, then Event, then ChangeType, a payment by
 * notify_type and event_type: exact case, white space around the words ignored. Never fails: what
 * is not known gets a kind built from the same words ('unknown' if there are none).
 */
export function classify(payload: Record<string, unknown>): Classification {
	const [infoType, payment] = [word(payload.InfoType), word(payload.notify_type)];
	const msgType = word(payload.MsgType);
	if (!infoType && !payment && msgType !== 'event') {
		const row = byDiscriminator.get(msgType);
		if (row) return { family: row.family, kind: row.kind, known: true, row };
		return { family: 'unknown', kind: msgType || 'unknown', known: false };
	}

	const event = infoType || payment || word(payload.Event);
	const changeType = word(payment ? payload.event_type : payload.ChangeType);
	const words = { ...(event && { event }), ...(changeType && { changeType }) };
	// The same words come as InfoType to a suite's command URL and as Event to an app (docs 90639, 96103).
	const [first, second] = payment ? ['payment'] : infoType ? ['info', 'event'] : ['event', 'info'];
	const on = `${first}/${event}`;
	const otherwise = `${second}/${event}`;
	const row = [`${on}/${changeType}`, on, `${otherwise}/${changeType}`, otherwise]
		.map((discriminator) => byDiscriminator.get(discriminator))
		.find(Boolean);
	if (row) return { family: row.family, kind: row.kind, ...words, known: true, row };
	const kind = [event, changeType].filter(Boolean).join('.') || 'event';
	const family =
		familyByEvent.get(on) ?? familyByEvent.get(otherwise) ?? (payment ? 'payment' : 'unknown');
	return { family, kind, ...words, known: false };
}

/** Paths for `wrapRepeatable`: those of the row, or all that are known for an unknown kind. */
export function repeatableElements(classification: Classification): readonly string[] {
	return classification.row ? (classification.row.repeat ?? []) : REPEATABLE_ANYWHERE;
}

/** An option of "Trigger On"; n8n's node panel lists it as `action`. */
export interface EventOption {
	name: string;
	value: string;
	action: string;
	description?: string;
}
type Shown = Pick<KindRow, 'name' | 'description' | 'action'>;

/**
 * Options of "Trigger On": "All Events", then all kinds of an AI bot or of all else, in the order of the tables, which begin with
 * what people use most; n8n's node panel shows them in this order, without a search.
 */
export function triggerOptions(ofBot = false): EventOption[] {
	const all = {
		name: 'All Events',
		value: ANY_KIND,
		action: `On any message or event${ofBot ? ' of AI bot' : ''}`,
		description: 'Everything WeCom sends, including kinds that are not in this list',
	};
	const option = (value: string, { name, description, action = actionOf(name) }: Shown) => ({
		name,
		value,
		action,
		...(description && { description }),
	});
	const tables = TABLES.filter(({ family }) => (family === 'bot') === ofBot);
	const options = tables.flatMap(({ groups = [], kinds }) => {
		const ofTable = kinds.map((row) => option(kindOf(row.on), row));
		for (const group of groups) {
			const first = ofTable.findIndex(({ value }) => matches([group.event], value));
			ofTable.splice(first, 0, option(group.event, group));
		}
		return ofTable;
	});
	return [all, ...options];
}

/** "On member added" of "Contact: Member Added", "On any customer change" of "Customer: Any Change". */
function actionOf(name: string): string {
	const [area, what] = name
		.replace(/\b[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase())
		.split(/: |：/);
	if (area === 'message') return `On ${what} message`;
	if (what.startsWith('any ')) return `On any ${area} ${what.slice(4)}`;
	return `On ${area === 'contact' ? '' : `${area} `}${what}`;
}

/**
 * Whether a kind is wanted. `selected` holds option values; '*' matches all, and a group such as
 * 'change_contact' also every 'change_contact.*', known or not.
 */
export function matches(selected: readonly string[], kind: string): boolean {
	return selected.some(
		(value) => value === ANY_KIND || value === kind || kind.startsWith(`${value}.`),
	);
}

function kindOf(on: string): string {
	return on.replace(/^(event|info|payment)\//, '').replace('/', '.');
}

function word(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}
