/** The output schemas of operations that make their items: what they give is what n8n shows before the first run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { MADE_ITEMS, SCHEMA_DIR } from '../../scripts/docs/schemas.cts';
import { repoRoot } from '../support/paths.cts';
import { binaryItem } from '../support/harness-binary.cts';
import { byId, itemsOf, useSimulator, type Run } from './support.cts';

interface Schema {
	type: string;
	properties?: Record<string, Schema>;
	items?: Schema;
}

const simulator = useSimulator();
const period = { starttime: '2026-11-01', endtime: '2026-11-20', limit: 1 };

/** An example of each, with what its form must hold. */
const EXAMPLES: Record<string, IDataObject> = {
	'approval.getAll': period,
	'approval.submit': {
		creator_userid: byId('zhangsan'),
		template_id: 'T1',
		controls: { mappingMode: 'defineBelow', value: { 'Text-1': 'Hello' } },
		summary: 'Hello',
	},
	'customer.get': { external_userid: byId('wm1') },
	'customer.getAll': { userid: byId('zhangsan') },
	'customer.getManyWithDetails': { userid_list: ['zhangsan'] },
	'customer.getMembers': {},
	'customerMessage.createBulkMessage': { to: 'all', sender: byId('zhangsan'), content: 'Hello' },
	'customerService.getMessages': { open_kfid: byId('wk1') },
	'customerService.sendMessage': { touser: 'wm1', open_kfid: byId('wk1'), content: 'Hello' },
	'driveFile.upload': { spaceid: 's1', fatherid: 's1' },
	'groupChat.create': { userlist: ['zhangsan', 'linna'] },
	'groupChat.sendMessage': { chatid: 'CHATID', content: 'Hello' },
	'jsSdk.getTicket': {},
	'journal.getAll': period,
	'login.getUserInfo': {},
	'media.upload': { type: 'file' },
	'media.uploadAttachment': {},
	'media.uploadImage': {},
	'member.getAll': { department_id: byId(1), limit: 1 },
	'message.send': { touser: ['zhangsan', 'nobody'], content: 'Hello' },
	'messagePush.send': { content: 'Hello' },
};

const KEY = '693a91f6-7abc-4bc4-97a0-0ec2d1fa5aaa';
const TEXT = { control: 'Text', id: 'Text-1', title: [{ text: 'Why', lang: 'en' }] };

/** What WeCom knows beforehand. */
beforeEach(() => {
	const { control } = simulator();
	control.issueToken('webhook-key', { token: KEY, name: 'the group' });
	control.inject({
		path: '/cgi-bin/oa/gettemplatedetail',
		rawBody: JSON.stringify({
			errcode: 0,
			template_content: { controls: [{ property: TEXT, config: {} }] },
		}),
	});
	const text = { msgid: 'm1', msgtype: 'text', text: { content: 'Hello' } };
	control.setList('/cgi-bin/kf/sync_msg', [text]);
	EXAMPLES['login.getUserInfo'].code = control.issueCode({ userid: 'zhangsan' });
});

async function example(id: string, run: Run): Promise<Run> {
	const data = Buffer.from('0123456789');
	const file = await binaryItem({}, { data: { data, fileName: 'a.png', mimeType: 'image/png' } });
	const whole = { ...run, parameters: EXAMPLES[id], items: [file] };
	if (run.resource !== 'messagePush') return whole;
	const store = { c1: { authKey: KEY, baseUrl: simulator().url } as never };
	return { ...whole, credential: 'wecomWebhookApi', store };
}

/** Paths of what the schema does not have, or has as another type. */
function misfits(value: unknown, schema: Schema | undefined, path = ''): string[] {
	if (!schema) return [path];
	if (Array.isArray(value)) {
		if (schema.type !== 'array') return [path];
		return value.flatMap((entry) => misfits(entry, schema.items, `${path}[]`));
	}
	if (typeof value === 'object' && value !== null) {
		if (!schema.properties) return schema.type === 'object' ? [] : [path];
		return Object.entries(value).flatMap(([name, one]) =>
			misfits(one, schema.properties![name], `${path}.${name}`),
		);
	}
	const type = schema.type === 'integer' ? 'number' : schema.type;
	return typeof value === type ? [] : [path];
}

it.each(Object.keys(MADE_ITEMS))('%s gives what its schema shows', async (id) => {
	const [resource, operation] = id.split('.');
	const items = await itemsOf(simulator(), await example(id, { resource, operation }));
	expect(items.length).toBeGreaterThan(0);
	const schema = JSON.parse(
		readFileSync(join(repoRoot, SCHEMA_DIR, `${resource}/${operation}.json`), 'utf8'),
	);
	expect(items.flatMap((item) => misfits(item, schema as Schema))).toEqual([]);
});
