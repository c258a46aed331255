import type { IDataObject } from 'n8n-workflow';
import { refuseLonger, BYTES, contentField, attachmentMediaId } from '../customer/attachments';
import type { MediaKind } from '../../engine/binary';
import { toRequest } from '../../engine/runRow';
import { choice, rows, text } from '../../engine/fields';
import { toNumber, withoutEmpty } from '../../engine/convert';
import type { Field, ItemContext } from '../../engine/operation';
import { keepFields, replyItem } from '../../engine/output';
import { emptyField, problem } from '../../engine/problem';
import { collectParameters, labelsAt } from '../../engine/parameters';

/** What customer service sends: the form of every type of message, and what WeCom expects of it (docs 94677, 95122). */

/** The condition to show a field for some types of customer service messages. */
export const forTypes = (...types: string[]) => ({
	displayOptions: { show: { msgtype: types } },
	local: true as const,
});
const forItems = (...types: string[]) => ({ displayOptions: { show: { type: types } } });

export const serviceMenu: Field[] = [
	text('head_content', 'Text Above', 'Up to 1,024 bytes', forTypes('msgmenu')),
	rows(
		'menu',
		'Menu',
		'Entry',
		[
			choice('type', 'Type', 'What a tap does', [
				{ name: 'Link', value: 'view' },
				{ name: 'Mini Program', value: 'miniprogram' },
				{
					name: 'Reply',
					value: 'click',
					description: 'Sends the content as the answer of the customer',
				},
				{ name: 'Text', value: 'text', description: 'Nothing, it is plain text' },
			]),
			text('content', 'Content', 'What is shown', { required: true }),
			text('id', 'ID', 'Comes back as "menu_id"; letters, digits and _', forItems('click')),
			text('url', 'Link', 'With https:// or http://', forItems('view')),
			text('appid', 'App ID', 'The mini program to open', forItems('miniprogram')),
			text('pagepath', 'Page', 'Path in the mini program', forItems('miniprogram')),
		],
		{ ...forTypes('msgmenu'), description: 'Up to 10 entries to tap' },
	),
	text('tail_content', 'Text Below', 'Up to 1,024 bytes', forTypes('msgmenu')),
];
export const serviceText: Field = { ...contentField(2048), ...forTypes('text') };
export const serviceType = choice(
	'msgtype',
	'Message Type',
	'What to send',
	[
		{ name: 'Acquisition Link', value: 'ca_link' },
		{ name: 'File', value: 'file' },
		{ name: 'Image', value: 'image' },
		{ name: 'Link', value: 'link' },
		{ name: 'Location', value: 'location' },
		{ name: 'Menu', value: 'msgmenu' },
		{ name: 'Mini Program', value: 'miniprogram' },
		{ name: 'Text', value: 'text' },
		{ name: 'Video', value: 'video' },
		{ name: 'Voice', value: 'voice' },
	],
	{ default: 'text' },
);

/** Sends the form of a customer service message with the content of its type (docs 94677, 95122). */
export async function sendServiceMessage(item: ItemContext): Promise<IDataObject> {
	const { operation, client, get, itemIndex } = item;
	const msgtype = get('msgtype', 'text');
	const { part = {}, ...entered } = collectParameters(item, msgtype);
	const content = await serviceMessage(item, msgtype, part as IDataObject);
	const sent = { [msgtype]: content, ...entered };
	return replyItem(await client.call(toRequest(operation, sent), itemIndex));
}

/** What a customer service message holds besides files: fields it needs, fields it may have, in WeCom's names (doc 94677). */
const SERVICE_MESSAGES: Record<string, { needs: string[]; may?: string[] }> = {
	text: { needs: ['content'] },
	link: { needs: ['title', 'url'], may: ['desc'] },
	miniprogram: { needs: ['appid', 'pagepath'], may: ['title'] },
	location: { needs: ['latitude', 'longitude'], may: ['name', 'address'] },
	ca_link: { needs: ['link_url'] },
	msgmenu: { needs: [], may: ['head_content', 'tail_content'] },
};
const SERVICE_BYTES: Record<string, number> = {
	...BYTES,
	content: 2048,
	head_content: 1024,
	tail_content: 1024,
};

/** The content of a customer service message of a type, with what Additional Parameters hold of it; checked first and its file uploaded. */
async function serviceMessage(
	item: ItemContext,
	type: string,
	added: IDataObject,
): Promise<IDataObject> {
	const { needs, may = [] } = SERVICE_MESSAGES[type] ?? { needs: [] };
	const content: IDataObject = { ...added };
	for (const name of [...needs, ...may]) {
		const value = String(added[name] ?? item.get(name));
		const label = item.operation.fields.find((field) => field.name === name)!.displayName;
		if (value.trim() !== '') content[name] = added[name] ?? value;
		else if (needs.includes(name)) {
			throw emptyField(item, label);
		}
		const most = type === 'miniprogram' && name === 'title' ? 64 : SERVICE_BYTES[name];
		refuseLonger(item, label, value, most ?? Infinity);
	}
	const source = {
		mediaFrom: item.get('mediaFrom', 'binary'),
		binaryPropertyName: item.get('binaryPropertyName', 'data'),
		media_id: item.get('media_id'),
	};
	switch (type) {
		case 'text':
		case 'ca_link':
			return content;
		case 'location':
			return { ...content, ...place(item, content) };
		case 'msgmenu':
			return { ...content, list: added.list ?? menu(item) };
		case 'link':
		case 'miniprogram':
			return {
				...content,
				thumb_media_id: added.thumb_media_id ?? (await attachmentMediaId(item, 'image', source)),
			};
		default:
			return {
				...content,
				media_id: added.media_id ?? (await attachmentMediaId(item, type as MediaKind, source)),
			};
	}
}

function place(item: ItemContext, content: IDataObject): IDataObject {
	const number = (name: string) =>
		toNumber(item, item.operation.fields.find((field) => field.name === name)!, content[name]);
	const [latitude, longitude] = [number('latitude'), number('longitude')];
	if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return { latitude, longitude };
	throw problem(
		item,
		`There is no place at '${String(content.latitude)}', '${String(content.longitude)}'`,
		'The latitude is a number from -90 to 90, the longitude one from -180 to 180.',
	);
}

/** What each kind of menu entry holds. */
const MENU_ENTRIES: Record<string, string[]> = {
	click: ['id', 'content'],
	view: ['url', 'content'],
	miniprogram: ['appid', 'pagepath', 'content'],
	text: ['content'],
};
const MOST_TO_TAP = 10;

function menu(item: ItemContext): IDataObject[] {
	const { row = [] } = item.get<{ row?: IDataObject | IDataObject[] }>('menu', {});
	const entries = [row].flat();
	const toTap = entries.filter(({ type }) => type !== 'text').length;
	if (entries.length === 0 || toTap > MOST_TO_TAP) {
		throw problem(
			item,
			`The menu has ${toTap} entries to tap`,
			`WeCom takes up to ${MOST_TO_TAP} of them, and at least one entry.`,
		);
	}
	return entries.map((entry) => {
		const type = String(entry.type ?? 'view');
		const names = MENU_ENTRIES[type] ?? [];
		const filled = withoutEmpty(keepFields(entry, names));
		// An answer may have no ID: WeCom makes one up.
		const missing = names.find((name) => name !== 'id' && filled[name] === undefined);
		if (missing) {
			throw problem(
				item,
				`'${labelsAt(item.operation, missing, 'menu')[0]}' of a menu entry is empty`,
				'Fill it in, or check the expression that should give it.',
			);
		}
		return { type, [type]: filled };
	});
}
