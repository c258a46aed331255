import type { IDataObject } from 'n8n-workflow';
import { readErrmsg, type WecomReply } from '../../shared/protocol/reply';
import { isObject } from '../../shared/util/isObject';

const PARTIAL: Record<string, string> = {
	invaliduser: 'unknown or out-of-reach members',
	invalidparty: 'unknown or out-of-reach departments',
	invalidtag: 'unknown or out-of-reach tags',
	invalidlist: 'unknown or out-of-reach members',
	invalid_parent_userid: 'unknown or out-of-reach parents',
	invalid_student_userid: 'unknown or out-of-reach students',
	invalid_party: 'unknown or out-of-reach departments',
	unlicenseduser: 'members without a license',
};

/** Lists that hold customers where something was sent to them. */
const CUSTOMERS: Record<string, string> = { fail_list: 'unknown or out-of-reach customers' };

/** How a warning begins where a message was sent. */
export const NOT_SENT = 'Not sent to';

/** A successful reply as item data: without "ok", with a `warning` when WeCom left something out (doc 90213, 90236, 90313). */
export function replyItem(reply: WecomReply, left = 'Left out:'): IDataObject {
	const data: IDataObject = { ...reply };
	delete data.errcode;
	delete data.errmsg;
	const warning = warningOf(reply.errmsg, data, left);
	return warning ? { ...data, warning } : data;
}

function warningOf(errmsg: unknown, data: IDataObject, begin: string): string {
	const left = Object.entries(data).flatMap(([field, value]) => {
		const ids = leftOut(field, value);
		if (ids.length === 0) return [];
		const meaning = PARTIAL[field] ?? (begin === NOT_SENT ? CUSTOMERS[field] : undefined);
		return [`${begin} ${meaning ?? `'${field}'`}: ${ids.join(', ')}.`];
	});
	if (readErrmsg(errmsg).wrongJson) {
		left.push('WeCom ignored fields of a wrong type: check the values against the documentation.');
	}
	return left.join(' ');
}

/** What a reply names as refused: by the name of a list, or by an error code of an entry. */
function leftOut(field: string, value: unknown): string[] {
	const isRefusal = field in PARTIAL || /^(fail|invalid|illegal)(ed)?_/.test(field);
	if (isObject(value))
		return Object.entries(value).flatMap(([name, inner]) =>
			Array.isArray(inner) ? leftOut(isRefusal ? `fail_${name}` : name, inner) : [],
		);
	if (!Array.isArray(value)) return isRefusal && value ? [String(value as string)] : [];
	return (value as unknown[]).flatMap((entry) => {
		if (!isObject(entry)) return isRefusal ? [String(entry)] : [];
		return isRefusal || Number(entry.errcode) ? [nameOf(entry)] : [];
	});
}

/** The ID in an entry that was refused, and why. */
function nameOf({ errcode, ...entry }: IDataObject): string {
	const isId = ([field, value]: [string, unknown]) =>
		field !== 'errmsg' && typeof value === 'string' && value !== '';
	const name = String(Object.entries(entry).find(isId)?.[1] ?? JSON.stringify(entry));
	return Number(errcode) ? `${name} (${String(errcode as number)})` : name;
}

/** An entry of a list as an item: with a `warning` when WeCom says that it refused this one. */
export function toListItem(entry: IDataObject): IDataObject {
	const errcode = Number(entry.errcode);
	if (!errcode) return entry;
	return { ...entry, warning: `WeCom refused this one with the error code ${errcode}.` };
}

/** An object's fields that a person looks for first, as far as they are there. */
export function keepFields(data: IDataObject, fields: string[]): IDataObject {
	return Object.fromEntries(
		fields.filter((field) => data[field] !== undefined).map((field) => [field, data[field]]),
	);
}
