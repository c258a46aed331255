import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import {
	findEndpoint,
	searchEndpoints,
	type EndpointSummary,
} from '../../../nodes/Wecom/resources/api/catalog/catalog';

const root = path.resolve(__dirname, '../../..');
const tsconfig = ts.parseConfigFileTextToJson(
	'tsconfig.json',
	fs.readFileSync(path.join(root, 'tsconfig.json'), 'utf8'),
).config;
const ids = async (filter: string) => (await searchEndpoints(filter)).results.map(({ id }) => id);

describe('searchEndpoints', () => {
	it.each([
		['send message', 'message.send'],
		['send app message', 'message.send'],
		['Send a Message', 'message.send'],
		['create member', 'user.create'],
		['create user', 'user.create'],
		['new employee', 'user.create'],
		['get member', 'user.get'],
		['/cgi-bin/user/get', 'user.get'],
		['POST /cgi-bin/user/create', 'user.create'],
		['user/get', 'user.get'],
		['user.simplelist', 'user.simplelist'],
		['https://qyapi.weixin.qq.com/cgi-bin/tag/list?access_token=X', 'tag.list'],
		['90195', 'user.create'],
		['https://developer.work.weixin.qq.com/document/path/90195', 'user.create'],
		['group robot', 'webhook.send'],
		['webhook', 'webhook.send'],
		['bot upload', 'webhook.upload_media'],
		['robot send', 'webhook.send'],
		['upload', 'media.upload'],
		['upload media', 'media.upload'],
		['download', 'media.get'],
		['approval', 'oa.getapprovaldetail'],
		['approval template', 'oa.approval.create_template'],
		['meeting create', 'meeting.create'],
		['create meeting', 'meeting.create'],
		['book meeting room', 'oa.meetingroom.book'],
		['smartsheet records', 'wedoc.smartsheet.get_records'],
		['smart sheet add record', 'wedoc.smartsheet.add_records'],
		['smart table record update', 'wedoc.smartsheet.update_records'],
		['access token', 'gettoken'],
		['departments', 'department.list'],
		['delete department', 'department.delete'],
		['list tags', 'tag.list'],
		['customer list', 'externalcontact.list'],
		['customer details', 'externalcontact.get'],
		['welcome message', 'externalcontact.send_welcome_msg'],
		['mass message', 'externalcontact.add_msg_template'],
		['tag customer', 'externalcontact.mark_tag'],
		['contact way', 'externalcontact.add_contact_way'],
		['group chat create', 'appchat.create'],
		['kf send', 'kf.send_msg'],
		['customer service message', 'kf.send_msg'],
		['sync messages', 'kf.sync_msg'],
		['recall', 'message.recall'],
		['template card', 'message.update_template_card'],
		['create schedule', 'oa.schedule.add'],
		['calendar', 'oa.calendar.get'],
		['drive upload', 'wedrive.file_upload'],
		['attendance records', 'checkin.getcheckindata'],
		['punch records', 'checkin.getcheckindata'],
		['vacation quota', 'oa.vacation.getuservacationquota'],
		['journal', 'oa.journal.get_record_list'],
		['red packet', 'mmpay.sendworkwxredpack'],
		['send email', 'exmail.app.compose_send'],
		['todo', 'todo.get'],
		['create document', 'wedoc.create_doc'],
		['chat archive consent', 'chatdata.getagreestatus.single'],
		['userid mobile', 'user.getuserid'],
		['invite', 'batch.invite'],
		['join qrcode', 'corp.get_join_qrcode'],
		['live stream', 'living.create'],
	])('%s: %s', async (filter, expected) => {
		expect((await ids(filter)).slice(0, 3)).toContain(expected);
	});

	it('lists all endpoints by category and name, 50 at a time, when nothing is typed', async () => {
		const seen: EndpointSummary[] = [];
		for (let offset: number | undefined = 0; offset !== undefined; ) {
			const page: Awaited<ReturnType<typeof searchEndpoints>> = await searchEndpoints(' ', offset);
			expect(page.results.length).toBeLessThanOrEqual(50);
			seen.push(...page.results);
			offset = page.next;
		}
		expect(new Set(seen.map(({ id }) => id)).size).toBe(806);
		const keys = seen.map(({ category, name }) => `${category} / ${name.replace(' (Legacy)', '')}`);
		expect(keys).toEqual([...keys].sort());
	});

	it('finds nothing for what nobody offers', async () => {
		expect(await searchEndpoints('xyzzy plugh')).toEqual({ results: [] });
	});

	it('puts endpoints with all words before those with some', async () => {
		const found = (await searchEndpoints('moment strategy')).results;
		const both = found.map(({ name, path }) => /moment.*strateg/i.test(name + path));
		expect(both.indexOf(false)).toBe(both.lastIndexOf(true) + 1);
	});

	it('puts replaced endpoints after current ones that fit as well, and marks them once', async () => {
		const found = (await searchEndpoints('class live stream viewers')).results;
		expect(found.slice(0, 4).filter(({ id }) => !id.includes('unwatch'))).toMatchObject([
			{ id: 'school.living.get_watch_stat_v2', status: 'current' },
			{
				id: 'school.living.get_watch_stat',
				name: 'List Class Live Stream Viewers (Legacy)',
				status: 'legacy',
			},
		]);
		const all = await Promise.all(
			Array.from({ length: 17 }, async (_, page) => (await searchEndpoints('', page * 50)).results),
		);
		for (const { name, status } of all.flat()) {
			expect(name.split('(Legacy)')).toHaveLength(status === 'current' ? 1 : 2);
		}
	});

	it('says what a list needs to show', async () => {
		expect((await searchEndpoints('user.create')).results[0]).toEqual({
			id: 'user.create',
			name: 'Create a Member',
			category: 'Contacts',
			subcategory: 'Members',
			method: 'POST',
			path: '/cgi-bin/user/create',
			docUrl: 'https://developer.work.weixin.qq.com/document/path/90195',
			token: 'corp',
			status: 'current',
		});
	});

	it('pages through the results of a search without repeating any', async () => {
		const first = await searchEndpoints('get', 0, 20);
		expect(first.next).toBe(20);
		const second = await searchEndpoints('get', 20, 20);
		const both = [...first.results, ...second.results].map(({ id }) => id);
		expect(new Set(both).size).toBe(40);
	});
});

describe('findEndpoint', () => {
	it.each([
		['user.create', 'user.create'],
		['USER.Create ', 'user.create'],
		['POST /cgi-bin/user/create', 'user.create'],
		['post  /cgi-bin/user/create/', 'user.create'],
		['/cgi-bin/user/create', 'user.create'],
		['cgi-bin/user/create', 'user.create'],
		['https://qyapi.weixin.qq.com/cgi-bin/user/get?access_token=A&userid=B', 'user.get'],
		['/mmpaymkttransfers/sendworkwxredpack', 'mmpay.sendworkwxredpack'],
		['/cgi-bin/meeting/create', 'meeting.create'],
		['POST /cgi-bin/exmail/app/compose_send', 'exmail.app.compose_send'],
		['meeting.create~advanced', 'meeting.create~advanced'],
		['exmail.app.compose_send~schedule', 'exmail.app.compose_send~schedule'],
	])('%s', async (reference, id) => {
		expect((await findEndpoint(reference))?.id).toBe(id);
	});

	it.each(['', 'user', 'GET /cgi-bin/user/create', '/cgi-bin/nothing', '__proto__', 'constructor'])(
		'knows nothing called %p',
		async (reference) => {
			expect(await findEndpoint(reference)).toBeUndefined();
		},
	);
});

/** In a process of its own, so that nothing is loaded yet. */
describe('loading', () => {
	const script = `
		const loaded = () => Object.keys(require.cache).filter((file) => file.includes('/data/')).map((file) => file.split('/').pop());
		const { searchEndpoints, findEndpoint } = require('./catalog.js');
		require('./form.js'); require('./check.js');
		(async () => {
			const atStart = loaded();
			for (const filter of ['send message', 'create a new member in a department', '/cgi-bin/user/get', '']) {
				await searchEndpoints(filter);
			}
			const afterSearch = loaded();
			await findEndpoint('user.create');
			console.log(JSON.stringify({ atStart, afterSearch, afterLookup: loaded() }));
		})();`;

	it('reads nothing before the first use, then only what is needed', () => {
		const out = fs.mkdtempSync(path.join(os.tmpdir(), 'catalog-'));
		try {
			const catalog = 'nodes/Wecom/resources/api/catalog';
			for (const folder of [catalog, 'nodes/shared/protocol', 'nodes/shared/util']) {
				const [from, to] = [path.join(root, folder), path.join(out, folder)];
				fs.cpSync(from, to, { recursive: true });
				for (const file of fs.readdirSync(from).filter((name) => name.endsWith('.ts'))) {
					const { outputText } = ts.transpileModule(
						fs.readFileSync(path.join(from, file), 'utf8'),
						{ compilerOptions: tsconfig.compilerOptions },
					);
					fs.writeFileSync(path.join(to, file.replace(/ts$/, 'js')), outputText);
				}
			}
			const cwd = path.join(out, catalog);
			const run = () =>
				JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8' }));
			const { atStart, afterSearch, afterLookup } = run();
			expect(atStart).toEqual([]);
			expect(afterSearch).toEqual(['endpoints.json']);
			expect(afterLookup).toEqual(['endpoints.json', 'contacts.json']);
		} finally {
			fs.rmSync(out, { recursive: true, force: true });
		}
	});
});
