/** What WeCom left out or did not understand reaches the person, whatever else the operation returns. */
import type { IDataObject } from 'n8n-workflow';
import { byId, CONTACTS, itemsOf, useSimulator, type Run } from './support.cts';

const KEY = '693a91f6-7abc-4bc4-97a0-0ec2d1fa5aaa';
const simulator = useSimulator();
const WARNING = 'WeCom ignored fields of a wrong type: check the values against the documentation.';

/** The item of a run whose call is answered with `reply`. */
async function answered(path: string, reply: IDataObject, run: Run): Promise<IDataObject> {
	const rawBody = JSON.stringify({ errcode: 0, ...reply });
	simulator().control.inject({ path: `/cgi-bin/${path}`, rawBody });
	const [item] = await itemsOf(simulator(), run);
	return item;
}
const wrongType = { errmsg: 'ok. Warning: wrong json format. ' };

const updateFields = { name: 'N' };
const button = [{ type: 'click', name: 'A', key: 'a' }];
const figures = { type: 'keydata', keydata: { row: [{ key: 'K', data: '2' }] } };
const userid_list = ['zhangsan'];
const OPERATIONS: Array<[string, string, string, IDataObject, IDataObject]> = [
	[
		'groupChat',
		'sendMessage',
		'appchat/send',
		{ chatid: 'C', content: 'x' },
		{ chatid: 'C', sent: true },
	],
	['groupChat', 'update', 'appchat/update', { chatid: 'C' }, { chatid: 'C', success: true }],
	['app', 'update', 'agent/set', { updateFields }, { name: 'N', success: true }],
	['app', 'setMenu', 'menu/create', { menuFrom: 'json', button }, { button, success: true }],
	['app', 'deleteMenu', 'menu/delete', {}, { deleted: true }],
	[
		...(['app', 'setWorkbenchData', 'agent/set_workbench_data'] as const),
		{ userid_list, ...figures },
		{ userid_list, success: true },
	],
	[
		...(['app', 'setWorkbenchTemplate', 'agent/set_workbench_template'] as const),
		figures,
		{ type: 'keydata', success: true },
	],
];

it.each(OPERATIONS)('%s.%s', async (resource, operation, path, parameters, expected) => {
	const run = { resource, operation, parameters };
	expect(await answered(path, wrongType, run)).toEqual({ ...expected, warning: WARNING });
});

it('messagePush.send', async () => {
	simulator().control.issueToken('webhook-key', { token: KEY, name: 'the group' });
	const item = await answered('webhook/send', wrongType, {
		resource: 'messagePush',
		operation: 'send',
		parameters: { content: 'x' },
		credential: 'wecomWebhookApi',
		store: { c1: { authKey: KEY, baseUrl: simulator().url } as never },
	});
	expect(item).toEqual({ sent: true, warning: WARNING });
});

it('goes beside what an operation of one call returns', async () => {
	const parameters = { userid: byId('zhangsan'), name: 'N' };
	const run = { resource: 'member', operation: 'update', app: CONTACTS, parameters };
	expect(await answered('user/update', wrongType, run)).toEqual({
		userid: 'zhangsan',
		success: true,
		warning: WARNING,
	});
});

it('names the members of a tag that WeCom did not know; nothing was sent to them', async () => {
	const item = await answered(
		'tag/addtagusers',
		{ errmsg: 'ok', invalidlist: 'nobody|noone', invalidparty: [] },
		{
			resource: 'tag',
			operation: 'addMembers',
			app: CONTACTS,
			parameters: { tagid: byId(1), userlist: ['zhangsan', 'nobody', 'noone'] },
		},
	);
	expect(item).toEqual({
		tagid: 1,
		success: true,
		invalidlist: 'nobody|noone',
		invalidparty: [],
		warning: 'Left out: unknown or out-of-reach members: nobody|noone.',
	});
});

it('names whom WeCom refused, in lists and in entries with an error code', async () => {
	const bulk = { chat_type: 'single', to: 'ids', external_userid: 'w1,w2', content: 'x' };
	const create = { resource: 'customerMessage', operation: 'createBulkMessage', parameters: bulk };
	const path = 'externalcontact/add_msg_template';
	const item = await answered(path, { fail_list: ['w2'], msgid: 'M' }, create);
	expect(item).toEqual({
		fail_list: ['w2'],
		msgid: 'M',
		warning: 'Not sent to unknown or out-of-reach customers: w2.',
	});
	const servicers = { open_kfid: byId('wk1'), userid_list: ['zhangsan', 'lisi'] };
	const add = {
		resource: 'customerServiceAccount',
		operation: 'addServicers',
		parameters: servicers,
	};
	const result_list = [
		{ userid: 'zhangsan', errcode: 0, errmsg: 'success' },
		{ userid: 'lisi', errcode: 95012, errmsg: 'x' },
	];
	const refused = await answered('kf/servicer/add', { result_list }, add);
	expect(refused.warning).toBe("Left out: 'result_list': lisi (95012).");
});
