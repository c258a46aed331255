/** The documented endpoints as contract tests need them. */
import type { IDataObject } from 'n8n-workflow';
import { parseReply } from '../../nodes/shared/protocol/reply';
import factsFile from '../fixtures/catalog-facts.json';

export interface Facts {
	id: string;
	params: Array<{ name: string; in: string; type: string; required: boolean }>;
	method: string;
	path: string;
	token: string;
	content_type?: string | null;
	list: string | null;
	download: boolean;
	upload: unknown;
	paging: {
		request: { limit?: string; offset?: string; cursor?: string };
		response?: { cursor?: string };
	} | null;
	sample_request?: unknown;
	sample_response?: unknown;
}

export const facts = factsFile.endpoints as unknown as Facts[];

/** Documented requests that contradict the table above them: refused with a reason, or sent in the table's types. */
export const CONTRADICTIONS = new Set([
	'kf.send_msg_on_event',
	'wedoc.smartsheet.update_records',
	'wedoc.smartsheet.content_priv.get_sheet_priv',
	'meeting.realcontrol.mute_user',
	'meeting.webinar.update',
	'meeting.webinar.update_guest_list',
	'wedrive.file_create',
	'advanced_feature.get_apply_id_list',
	'devicedata.get_checkin_data',
	'devicedata.get_temperature_data',
	'devicedata.get_accesscontrol_data',
	'openhw.device.get_printer_job_list',
	'meeting.create~advanced',
	'hr.get_staff_info',
	'hr.update_staff_info',
]);

export const isObject = (value: unknown): value is IDataObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path in nested objects. */
export const at = (value: unknown, path: string[]): unknown =>
	path.length === 0 ? value : isObject(value) ? at(value[path[0]], path.slice(1)) : undefined;

/** Queries carry text only. */
export const asText = (value: unknown): unknown =>
	isObject(value)
		? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asText(inner)]))
		: Array.isArray(value)
			? value.map(asText)
			: String(value);

/** An item without what the node says about entries that WeCom refused. */
export const withoutWarning = ({ warning: _warning, ...item }: IDataObject): IDataObject => item;

/** A documented answer as the client reads it: large numbers keep their digits. */
export const asReply = (value: unknown) => parseReply(JSON.stringify(value)) as IDataObject;

/** A value of a type, where only its presence matters. */
export const minimal = (type: string): IDataObject[string] =>
	type.endsWith('[]')
		? [minimal(type.slice(0, -2)) as string]
		: type === 'integer' || type === 'number'
			? 1
			: type === 'boolean'
				? true
				: type === 'object'
					? {}
					: 'x';
