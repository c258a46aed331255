import type { IDataObject } from 'n8n-workflow';
import { checkLink } from './message/content';
import {
	choice,
	ids,
	json,
	memberPicker,
	rows,
	text,
	toggle,
	updateFields,
} from '../engine/fields';
import { ownAgentId } from './message/send';
import type { Field, ItemContext, Resource } from '../engine/operation';
import { replyItem } from '../engine/output';
import { byteLength } from '../../shared/util/text';
import { problem } from '../engine/problem';
import { collectParameters } from '../engine/parameters';

const BUTTON: Field[] = [
	text('name', 'Name', 'Up to 16 bytes in the bar, 40 in a submenu', { required: true }),
	choice(
		'type',
		'Type',
		'What a click does, where it does not open a submenu',
		[
			{ name: 'Choose Photos', value: 'pic_weixin' },
			{ name: 'Open Mini Program', value: 'view_miniprogram' },
			{ name: 'Open Web Page', value: 'view' },
			{ name: 'Scan QR Code', value: 'scancode_push' },
			{ name: 'Scan QR Code and Wait', value: 'scancode_waitmsg' },
			{ name: 'Send Event', value: 'click' },
			{ name: 'Send Location', value: 'location_select' },
			{ name: 'Take or Choose Photo', value: 'pic_photo_or_album' },
			{ name: 'Take Photo', value: 'pic_sysphoto' },
		],
		{ default: 'click' },
	),
	text('key', 'Key', 'EventKey of the event, up to 128 bytes'),
	text('url', 'Link', 'Web pages only: up to 1,024 bytes'),
	text('appid', 'App ID', 'Mini programs only'),
	text('pagepath', 'Page', 'Mini programs only'),
	text(
		'below',
		'Submenu Of',
		'Name of the button in the bar that opens it; empty for the bar itself',
	),
];

const byForm = (menuFrom: string) => ({ displayOptions: { show: { menuFrom: [menuFrom] } } });
const forTypes = (...type: string[]) => ({ displayOptions: { show: { type } } });

const link = text('jump_url', 'Link', 'Opened by a click');
const page = text('pagepath', 'Page', 'Path in a mini program that a click opens');

/** What the workbench shows in place of the app's icon. */
const workbench = (types: Array<[name: string, value: string]>): Field[] => [
	choice(
		'type',
		'Type',
		'What the workbench shows of the app',
		types.map(([name, value]) => ({ name, value })),
	),
	rows(
		'keydata',
		'Figures',
		'Figure',
		[
			text('key', 'Name', 'Label of the figure'),
			text('data', 'Value', 'The figure', { required: true }),
			link,
			page,
		],
		{ path: 'keydata.items', ...forTypes('keydata') },
	),
	rows(
		'list',
		'Lines',
		'Line',
		[text('title', 'Title', 'Text of the line', { required: true }), link, page],
		{ path: 'list.items', ...forTypes('list') },
	),
	text('url', 'URL', 'Address of the picture or page', {
		path: 'shown.url',
		required: true,
		...forTypes('image', 'webview'),
	}),
	{ ...link, path: 'shown.jump_url', ...forTypes('image', 'webview') },
	{ ...page, path: 'shown.pagepath', ...forTypes('image', 'webview') },
];
const TYPES: Array<[string, string]> = [
	['Figures', 'keydata'],
	['List', 'list'],
	['Picture', 'image'],
	['Web Page', 'webview'],
];

/** The app of the credential; only `getAll` is not about it. */
export const app: Resource = {
	value: 'app',
	name: 'App',
	operations: [
		{
			value: 'get',
			name: 'Get',
			action: 'Get app',
			description: 'Read name, visible range and trusted domain of the app of the credential',
			doc: 90227,
			covers: ['agent.get'],
			reads: true,
			fields: [],
			run: async (item) => replyItem(await callApp(item, 'GET', 'agent/get')),
		},
		{
			value: 'getAll',
			name: 'Get Many',
			action: 'Get many apps',
			description: 'List the apps the secret can see',
			doc: 90227,
			endpoint: ['GET', '/cgi-bin/agent/list'],
			fields: [],
			list: 'agentlist',
		},
		{
			value: 'update',
			name: 'Update',
			action: 'Update app',
			description: 'Change name, description, home page and other details of the app',
			doc: 90228,
			covers: ['agent.set'],
			fields: [
				updateFields([
					text('description', 'Description', '4 to 120 characters'),
					text('home_url', 'Home Page', 'With http:// or https://'),
					text('logo_mediaid', 'Logo', 'Media ID of a picture'),
					text('name', 'Name', 'Up to 32 characters'),
					toggle('isreportenter', 'Report Entering', 'Whether entering the app sends an event', {
						convert: 'flag',
					}),
					toggle(
						'report_location_flag',
						'Report Location',
						'Whether members report their location when they enter the app',
						{ convert: 'flag' },
					),
					text('redirect_domain', 'Trusted Domain', 'Its ownership must have been verified'),
				]),
			],
			run: update,
		},
		{
			value: 'deleteMenu',
			name: 'Delete Menu',
			action: 'Delete menu of app',
			description: 'Remove the menu of the app',
			doc: 90233,
			covers: ['menu.delete'],
			fields: [],
			run: async (item) => {
				const reply = await callApp(item, 'GET', 'menu/delete', { repeatable: false });
				return { ...replyItem(reply), deleted: true };
			},
		},
		{
			value: 'getMenu',
			name: 'Get Menu',
			action: 'Get menu of app',
			description: 'Read the menu of the app',
			doc: 90232,
			covers: ['menu.get'],
			reads: true,
			fields: [],
			run: async (item) => replyItem(await callApp(item, 'GET', 'menu/get')),
		},
		{
			value: 'setMenu',
			name: 'Set Menu',
			action: 'Set menu of app',
			description: 'Replace the menu of the app',
			doc: 90231,
			covers: ['menu.create'],
			fields: [
				choice(
					'menuFrom',
					'Define Menu',
					'How to enter the menu',
					[
						{ name: 'Using Fields Below', value: 'fields' },
						{ name: 'Using JSON', value: 'json' },
					],
					{ local: true },
				),
				rows('menu', 'Menu', 'Button', BUTTON, {
					path: 'rows',
					description: 'Up to three in the bar and five below each',
					required: true,
					...byForm('fields'),
				}),
				json('button', 'Buttons', 'The list "button" as in the answer of Get Menu', {
					required: true,
					convert: 'jsonList',
					...byForm('json'),
				}),
			],
			run: setMenu,
		},
		{
			value: 'getWorkbenchData',
			name: 'Get Workbench Data',
			action: 'Get workbench data of member',
			description: "Read what a member's workbench shows for the app",
			doc: 92535,
			covers: ['agent.get_workbench_data'],
			reads: true,
			fields: [memberPicker()],
			run: async (item) =>
				(await callApp(item, 'POST', 'agent/get_workbench_data', { repeatable: true }))
					.data as IDataObject,
		},
		{
			value: 'setWorkbenchData',
			name: 'Set Workbench Data',
			action: 'Set workbench data of members',
			description: 'Change what the workbench of some members shows for the app',
			doc: 92535,
			covers: ['agent.set_workbench_data', 'agent.batch_set_workbench_data'],
			fields: [
				ids('userid_list', 'Member Names or IDs', 'getMembers', 1000, { required: true }),
				...workbench(TYPES),
			],
			run: setWorkbenchData,
		},
		{
			value: 'getWorkbenchTemplate',
			name: 'Get Workbench Template',
			action: 'Get workbench template',
			description: 'Read how the app appears on the workbench',
			doc: 92535,
			covers: ['agent.get_workbench_template'],
			reads: true,
			fields: [],
			run: async (item) =>
				replyItem(
					await callApp(item, 'POST', 'agent/get_workbench_template', { repeatable: true }),
				),
		},
		{
			value: 'setWorkbenchTemplate',
			name: 'Set Workbench Template',
			action: 'Set workbench template',
			description: 'Choose how the app appears on the workbench, with what it shows to all',
			doc: 92535,
			covers: ['agent.set_workbench_template'],
			fields: [
				...workbench([...TYPES.slice(0, 2), ['Normal Icon', 'normal'], ...TYPES.slice(2)]),
				toggle(
					'replace_user_data',
					'Replace Data of Members',
					'Whether to drop what was set for single members',
				),
			],
			run: async (item) => {
				const { shown, ...sent } = collectParameters(item);
				const body = placed(sent, shown);
				const reply = await callApp(item, 'POST', 'agent/set_workbench_template', { sent: body });
				return { type: sent.type, ...replyItem(reply), success: true };
			},
		},
	],
};

/** A call about the app of the credential; menus want its ID in the query of a POST as well (doc 90231). */
async function callApp(
	item: ItemContext,
	method: 'GET' | 'POST',
	endpoint: string,
	{ repeatable = method === 'GET', sent = collectParameters(item) } = {},
) {
	const agentid = await ownAgentId(item);
	const path = `/cgi-bin/${endpoint}`;
	const inQuery = method === 'GET' || endpoint === 'menu/create';
	return await item.client.call(
		{
			method,
			path,
			repeatable,
			...(inQuery ? { qs: { agentid, ...(method === 'GET' && sent) } } : {}),
			...(method === 'POST' && { body: inQuery ? sent : { agentid, ...sent } }),
		},
		item.itemIndex,
	);
}

async function update(item: ItemContext): Promise<IDataObject> {
	const sent = collectParameters(item);
	if (sent.home_url) checkLink(item, 'Home Page', sent.home_url);
	const reply = await callApp(item, 'POST', 'agent/set', { sent });
	return { ...sent, ...replyItem(reply), success: true };
}

/** One to three buttons with up to five below each, names of 16 and 40 bytes (doc 90231). */
async function setMenu(item: ItemContext): Promise<IDataObject> {
	const { rows: entered, ...sent } = collectParameters(item);
	if (Array.isArray(entered)) sent.button = nested(item, entered as IDataObject[]);
	const buttons = sent.button as IDataObject[];
	count(item, buttons, 3, 'the menu');
	for (const one of buttons) {
		nameFits(item, one, 16);
		const below = (one.sub_button ?? []) as IDataObject[];
		count(item, below, 5, `the submenu of '${String(one.name)}'`);
		below.forEach((inner) => nameFits(item, inner, 40));
	}
	const reply = await callApp(item, 'POST', 'menu/create', { sent });
	return { ...sent, ...replyItem(reply), success: true };
}

/** The buttons of the bar, each with those that name it; one with a submenu only has a name. */
function nested(item: ItemContext, entered: IDataObject[]): IDataObject[] {
	const bar = entered.filter(({ below }) => !below);
	const lost = entered.find(({ below }) => below && !bar.some(({ name }) => name === below));
	if (lost)
		throw problem(
			item,
			`The button '${String(lost.name)}' is below '${String(lost.below)}', which is not in the bar`,
			"Write in 'Submenu Of' the name of a button that has nothing there itself.",
		);
	return bar.map((button) => {
		const sub_button = entered
			.filter(({ below }) => below === button.name)
			.map((one) => {
				const inner = { ...one };
				delete inner.below;
				return inner;
			});
		return sub_button.length > 0 ? { name: button.name, sub_button } : button;
	});
}

function count(item: ItemContext, buttons: unknown, most: number, where: string): void {
	if (Array.isArray(buttons) && buttons.length <= most) return;
	const what = Array.isArray(buttons) ? `${buttons.length} buttons in` : 'No list of buttons for';
	throw problem(
		item,
		`${what} ${where}, WeCom takes up to ${most}`,
		'Change the buttons of the menu.',
	);
}

function nameFits(item: ItemContext, { name }: IDataObject, most: number): void {
	const size = byteLength(String(name ?? ''));
	if (size > 0 && size <= most) return;
	throw problem(
		item,
		`The name '${String(name ?? '')}' has ${size} bytes, WeCom takes 1 to ${most}`,
		'Shorten it: a Chinese character has three bytes.',
	);
}

/** The parameters with what the workbench shows where WeCom wants it: under the name of its type. */
const placed = (sent: IDataObject, shown: unknown): IDataObject =>
	shown === undefined ? sent : { ...sent, [String(sent.type)]: shown as IDataObject };

async function setWorkbenchData(item: ItemContext): Promise<IDataObject> {
	const { userid_list, shown, ...sent } = collectParameters(item);
	const userids = userid_list as string[];
	const data = placed(sent, shown);
	const reply = await (userids.length === 1
		? callApp(item, 'POST', 'agent/set_workbench_data', { sent: { userid: userids[0], ...data } })
		: callApp(item, 'POST', 'agent/batch_set_workbench_data', { sent: { userid_list, data } }));
	return { userid_list, ...replyItem(reply), success: true };
}
