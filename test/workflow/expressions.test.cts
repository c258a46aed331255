/** What expressions give instead of what the form would: text for switches, numbers for text, nothing at all. */
import type { IDataObject, NodeOperationError } from 'n8n-workflow';
import { binaryItem } from '../support/harness.cts';
import { byId, CONTACTS, itemsOf, runWecom, useSimulator, type Run } from './support.cts';

const simulator = useSimulator();
const send = (parameters: IDataObject): Run => ({
	resource: 'message',
	operation: 'send',
	parameters: { content: 'x', touser: ['zhangsan'], ...parameters },
});
const sent = () => simulator().messages.map(({ body }) => body);
const bodyOf = (path: string) =>
	simulator()
		.requests.filter((request) => request.path === `/cgi-bin/${path}`)
		.at(-1)?.body as IDataObject | undefined;
const failure = async (run: Run) =>
	(await runWecom(simulator(), run)).error as NodeOperationError | undefined;

describe('A switch', () => {
	const on = [
		'={{ true }}',
		'={{ 1 }}',
		'={{ "1" }}',
		'={{ "true" }}',
		'={{ "TRUE" }}',
		'={{ "yes" }}',
	];
	const off = [
		'={{ false }}',
		'={{ 0 }}',
		'={{ "0" }}',
		'={{ "False" }}',
		'={{ "no" }}',
		'={{ "" }}',
	];

	it.each([...on.map((value) => [value, true]), ...off.map((value) => [value, false])])(
		'holding %p is %p',
		async (value, expected) => {
			await itemsOf(simulator(), send({ additionalFields: { safe: value } }));
			expect(sent()[0]).toMatchObject({ safe: Number(expected) });
			const additionalFields = { department: '1', mobile: '13900001234', enable: value };
			await itemsOf(simulator(), {
				resource: 'member',
				operation: 'create',
				app: CONTACTS,
				parameters: { userid: 'new', name: 'N', to_invite: value, additionalFields },
			});
			expect(bodyOf('user/create')).toMatchObject({
				to_invite: expected,
				enable: Number(expected),
			});
		},
	);

	it('holding anything else is refused, with its name', async () => {
		const error = await failure(send({ additionalFields: { safe: '={{ "2" }}' } }));
		expect(error?.message).toBe("'Confidential' is '2', which is neither true nor false");
		expect(error?.description).toContain('true or false');
		expect(sent()).toEqual([]);
	});

	it('that only the node reads goes the same way', async () => {
		const list = async (parameters: IDataObject) =>
			await itemsOf(simulator(), {
				resource: 'member',
				operation: 'getAll',
				parameters: { department_id: byId(1), recursive: '={{ "true" }}', ...parameters },
			});
		expect(await list({ returnAll: '={{ "false" }}', limit: 2 })).toHaveLength(2);
		const long = 'x'.repeat(2100);
		await itemsOf(
			simulator(),
			send({ content: long, additionalFields: { splitLongText: '={{ "true" }}' } }),
		);
		expect(sent()).toHaveLength(2);
	});
});

it.each(['={{ "many" }}', '={{ null }}', '={{ 0.5 }}', '={{ -1 }}'])(
	"'Items at Once' as %s leaves no item out",
	async (concurrency) => {
		const items = [{ json: {} }, { json: {} }];
		const run = { ...send({ options: { concurrency } }), items };
		expect(await itemsOf(simulator(), run)).toHaveLength(2);
		expect(sent()).toHaveLength(2);
	},
);

describe('WeCom gets the type it wants', () => {
	const run = (resource: string, operation: string, parameters: IDataObject): Run => ({
		resource,
		operation,
		parameters,
		app: operation === 'update' ? CONTACTS : undefined,
	});

	it('where a picker of members holds a number', async () => {
		await runWecom(
			simulator(),
			run('member', 'update', {
				userid: byId('={{ 1001 }}'),
				name: '={{ 42 }}',
				additionalFields: { gender: '={{ 2 }}', alias: '={{ true }}', position: '={{ $now }}' },
			}),
		);
		expect(bodyOf('user/update')).toEqual({
			userid: '1001',
			name: '42',
			gender: '2',
			alias: 'true',
			position: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
		});
	});

	it.each([
		[false, { userid: '1001', position: '', direct_leader: [], alias: 'A' }],
		['={{ "是" }}', { userid: '1001', alias: 'A' }],
	])('where added fields are empty and Ignore Empty Fields is %p', async (ignore, sent) => {
		await runWecom(
			simulator(),
			run('member', 'update', {
				userid: byId('1001'),
				additionalFields: { position: '={{ "" }}', direct_leader: '={{ [] }}', alias: 'A' },
				options: { ignoreEmptyFields: ignore },
			}),
		);
		expect(bodyOf('user/update')).toEqual(sent);
	});

	it('where a choice of numbers holds text', async () => {
		const chosen = {
			open_kfid: byId('kf'),
			external_userid: 'wm',
			servicer_userid: byId('zhangsan'),
			service_state: '={{ "3" }}',
		};
		await runWecom(simulator(), run('customerService', 'transferSession', chosen));
		expect(bodyOf('kf/service_state/trans')).toMatchObject({ service_state: 3 });
		await runWecom(
			simulator(),
			run('member', 'getByEmail', { email: 'a@b.example', email_type: '={{ "2" }}' }),
		);
		expect(bodyOf('user/get_userid_by_email')).toMatchObject({ email_type: 2 });
	});

	it('in what is added to a text card and a video', async () => {
		const media_id = simulator().control.addMedia({ filename: 'a.mp4', type: 'video' });
		await itemsOf(
			simulator(),
			send({
				msgtype: 'textcard',
				title: '={{ 1 }}',
				description: '={{ 2 }}',
				url: 'https://a.example',
				additionalFields: { btntxt: '={{ 3 }}' },
			}),
		);
		await itemsOf(
			simulator(),
			send({
				msgtype: 'video',
				mediaFrom: 'mediaId',
				media_id,
				additionalFields: { videoTitle: '={{ 4 }}', videoDescription: '={{ 5 }}' },
			}),
		);
		const [{ textcard }, { video }] = sent();
		expect(textcard).toMatchObject({ title: '1', description: '2', btntxt: '3' });
		expect(video).toEqual({ media_id, title: '4', description: '5' });
	});

	it('or no number at all, where text is blank', async () => {
		const department = { name: 'N', parentid: byId(1), additionalFields: { order: '={{ " " }}' } };
		const create = run('department', 'create', department);
		await itemsOf(simulator(), { ...create, app: CONTACTS });
		expect(bodyOf('department/create')).toEqual({ name: 'N', parentid: 1 });
		const list = { ...department, additionalFields: { order: '={{ [5, 6] }}' } };
		const refused = await failure({ ...create, app: CONTACTS, parameters: list });
		expect(refused?.message).toContain('where WeCom needs a whole number');
	});

	it.each([
		['touser', 'Member Names or IDs', send({ touser: '={{ [{ userid: "zhangsan" }] }}' })],
		['user', 'Member Names or IDs', run('member', 'invite', { user: '={{ ({ a: 1 }) }}' })],
		['party', 'Department Names or IDs', run('member', 'invite', { party: '={{ [{ id: 1 }] }}' })],
	])('where %s are ids, not objects', async (_name, label, wrong) => {
		const error = await failure(wrong);
		expect(error?.message).toBe(`'${label}' is an object where WeCom needs IDs`);
		expect(error?.description).toContain('IDs alone');
	});

	it('without the gaps in a list of ids', async () => {
		await itemsOf(simulator(), send({ touser: '={{ ["zhangsan", null, undefined, ""] }}' }));
		expect(sent()[0].touser).toBe('zhangsan');
	});

	it.each([
		['={{ {a: 1} }}', 'an object'],
		['={{ ["a", "b"] }}', 'a list'],
	])('and refuses %s as text', async (content, what) => {
		const error = await failure(send({ content }));
		expect(error?.message).toBe(`'Content' is ${what} where WeCom needs text`);
		expect(error?.description).toContain('expression');
		expect(sent()).toEqual([]);
	});
});

describe('An expression that gives nothing', () => {
	const nothing = ['={{ undefined }}', '={{ null }}'];

	it.each(nothing)('counts as what the form has by itself: %s', async (value) => {
		const item = await binaryItem({}, { data: { data: '0123456789', fileName: 'a.pdf' } });
		const upload = { resource: 'media', operation: 'upload', parameters: { type: value } };
		const [{ media_id }] = await itemsOf(simulator(), { ...upload, items: [item] });
		expect(simulator().state.media.get(String(media_id))?.type).toBe('file');
		await itemsOf(simulator(), send({ sendTo: value }));
		expect(sent()[0]).toMatchObject({ touser: 'zhangsan', text: { content: 'x' } });
		const template = { content: 'x', notify: value };
		const run = {
			resource: 'customerMessage',
			operation: 'createGroupWelcomeTemplate',
			parameters: template,
		};
		await itemsOf(simulator(), run);
		const path = '/cgi-bin/externalcontact/group_welcome_template/add';
		const request = simulator().requests.find((one) => one.path === path);
		expect(request?.body).toMatchObject({ notify: 1 });
	});

	it.each(nothing)('is an empty field, by its name: %s', async (value) => {
		const run = (resource: string, operation: string, parameters: IDataObject) =>
			failure({ resource, operation, parameters });
		const download = await run('media', 'download', { media_id: value });
		expect(download?.message).toBe("'Media ID' is empty");
		expect(download?.description).toContain('expression');
		const member = await run('member', 'get', { userid: byId(value) });
		expect(member?.message).toBe("'Member' is empty");
		const list = await run('member', 'getAll', { department_id: byId(value) });
		expect(list?.message).toBe("'Department' is empty");
		expect((await failure(send({ content: value })))?.message).toBe("'Content' is empty");
		const card = { msgtype: 'template_card', main_title: 'x', card_url: value };
		expect((await failure(send(card)))?.message).toBe("'Card Link' is empty");
		const file = { msgtype: 'file', mediaFrom: 'mediaId', media_id: value };
		expect((await failure(send(file)))?.message).toBe("'Media ID' is empty");
	});

	it('as JSON is a clear error', async () => {
		const additional = await failure(send({ options: { additionalParameters: '={{ null }}' } }));
		expect(additional?.message).toBe("'Additional Parameters' is empty where an object is needed");
		const list = await failure(send({ options: { additionalParameters: '[1]' } }));
		expect(list?.message).toContain('is a list where an object is needed');
		const card = { msgtype: 'template_card', main_title: 'x', card_url: 'https://a.example' };
		const further = await failure(send({ ...card, card_options: { more: '={{ null }}' } }));
		expect(further?.message).toBe("'Further Fields' is empty where an object is needed");
		const json = { msgtype: 'template_card', card_type: 'json', template_card: '={{ null }}' };
		expect((await failure(send(json)))?.message).toBe("'Card' has no 'card_type'");
		expect(sent()).toEqual([]);
	});

	it('or a number as the name of a file', async () => {
		const item = await binaryItem({}, { data: { data: '0123456789', fileName: 'a.pdf' } });
		const upload = async (fileName: string) => {
			const run = { resource: 'media', operation: 'upload', parameters: { fileName } };
			const [{ media_id }] = await itemsOf(simulator(), { ...run, items: [item] });
			return simulator().state.media.get(String(media_id))?.filename;
		};
		expect(await upload('={{ null }}')).toBe('a.pdf');
		expect(await upload('={{ 2026 }}')).toBe('2026.pdf');
	});
});

describe('Additional Parameters', () => {
	const adding = (msgtype: string, added: unknown, more: IDataObject = {}) =>
		send({
			msgtype,
			...more,
			options: { additionalParameters: JSON.stringify({ [msgtype]: added }) },
		});

	it('can give what the form requires, such as any number of articles', async () => {
		const articles = [1, 2].map((number) => ({ title: `T${number}`, url: 'https://a.example' }));
		await itemsOf(simulator(), adding('news', { articles }, { articles: {} }));
		expect(sent()[0].news).toEqual({ articles });
		const fromItem = {
			...send({
				msgtype: 'news',
				options: { additionalParameters: '={{ { news: { articles: $json.articles } } }}' },
			}),
			items: [{ json: { articles } }],
		};
		await itemsOf(simulator(), fromItem);
		expect(sent()[1].news).toEqual({ articles });
		const known = simulator().control.addMedia({ filename: 'a.png', type: 'image' });
		const stored = { title: 'S', content: 'c', thumb_media_id: known };
		await itemsOf(simulator(), adding('mpnews', { articles: [stored] }));
		expect(sent()[2].mpnews).toEqual({ articles: [stored] });
	});

	it('win over the form, and are checked and split like it', async () => {
		const url = 'https://a.example';
		await itemsOf(
			simulator(),
			adding('text', { content: 'y'.repeat(3000) }, { additionalFields: { splitLongText: true } }),
		);
		expect(sent().map(({ text }) => text.content.length)).toEqual([2048, 952]);
		const many = Array(9).fill({ title: 'T', url });
		expect((await failure(adding('news', { articles: many })))?.message).toBe(
			'9 articles, WeCom takes 8',
		);
		expect((await failure(adding('news', { articles: [null] })))?.message).toBe(
			"'Articles' has something that is not an article",
		);
		expect((await failure(adding('news', { articles: [] })))?.message).toBe("'Articles' is empty");
	});
});
