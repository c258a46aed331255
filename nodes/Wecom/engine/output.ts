import type { IDataObject } from 'n8n-workflow';
import { readErrmsg, type WecomReply } from '../../shared/protocol/reply';

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

/** How a warning begins where a message was sent. */
export const NOT_SENT = 'Not sent to';

/** A successful reply as item data: without "ok", with a `warning` when WeCom left something out (doc 90213, 90236, 90313). */
export function toItem(reply: WecomReply, left = 'Left out:'): IDataObject {
	const data: IDataObject = { ...reply };
	delete data.errcode;
	delete data.errmsg;
	const warning = warningOf(reply.errmsg, data, left);
	return warning ? { ...data, warning } : data;
}

function warningOf(errmsg: unknown, data: IDataObject, begin: string): string {
	const left = Object.entries(PARTIAL)
		.filter(([field]) => String(data[field] ?? ''))
		.map(([field, meaning]) => `${begin} ${meaning}: ${String(data[field])}.`);
	if (readErrmsg(errmsg).wrongJson) {
		left.push('WeCom ignored fields of a wrong type: check the values against the documentation.');
	}
	return left.join(' ');
}

/** The fields a person looks for first, when they are there. */
export function keepFields(data: IDataObject, fields: string[]): IDataObject {
	return Object.fromEntries(
		fields.filter((field) => data[field] !== undefined).map((field) => [field, data[field]]),
	);
}
