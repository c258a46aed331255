import { DEMO_APP, DEMO_CORP } from '../../simulator/demo-data.cts';
import { binaryBytes, binaryItem, type CredentialStore } from '../support/harness.cts';
import {
	byId,
	CONTACTS,
	credentialOf,
	itemsOf,
	runWecom,
	useSimulator,
	type Run,
} from './support.cts';

const simulator = useSimulator();
const items = async (run: Run) => await itemsOf(simulator(), run);
const failure = async (run: Run) => {
	const { error } = await runWecom(simulator(), run);
	return {
		message: error?.message,
		description: (error as { description?: string } | undefined)?.description,
	};
};
const lastRequest = (path: string) =>
	simulator()
		.requests.filter((request) => request.path === path)
		.at(-1);

describe('Access Token', () => {
	it('shows the expiry, and the token only on request', async () => {
		const [item] = await items({ resource: 'accessToken', operation: 'get' });
		expect(item).toEqual({
			valid: true,
			expiresAt: expect.any(String),
			expiresInSeconds: expect.any(Number),
		});
		expect(item.expiresInSeconds).toBeGreaterThan(7100);
		const [open] = await items({
			resource: 'accessToken',
			operation: 'get',
			parameters: { includeToken: true },
		});
		expect(simulator().state.tokens.has(String(open.access_token))).toBe(true);
	});

	it('lists the IPs', async () => {
		expect(await items({ resource: 'accessToken', operation: 'getApiIps' })).toEqual([
			{ ip_list: ['182.254.11.176', '182.254.78.66'] },
		]);
		expect(await items({ resource: 'accessToken', operation: 'getCallbackIps' })).toEqual([
			{ ip_list: ['127.0.0.1', '101.226.103.*'] },
		]);
	});
});

describe('Member', () => {
	it('gets one, simplified or whole', async () => {
		const [simple] = await items({
			resource: 'member',
			operation: 'get',
			parameters: { userid: byId('zhangsan') },
		});
		expect(simple).toMatchObject({ userid: 'zhangsan', department: expect.any(Array) });
		expect(Object.keys(simple).length).toBeLessThanOrEqual(10);
		expect(simple).not.toHaveProperty('errcode');
		const [whole] = await items({
			resource: 'member',
			operation: 'get',
			parameters: { userid: byId('zhangsan'), simplify: false },
		});
		expect(Object.keys(whole).length).toBeGreaterThan(10);
	});

	it('lists a department, all below it each once, up to a limit', async () => {
		const members = [...simulator().state.members.values()];
		const list = async (parameters: object) =>
			(
				await items({
					resource: 'member',
					operation: 'getAll',
					parameters: { department_id: byId(1), ...parameters },
				})
			).map(({ userid }) => userid);

		const top = await list({ returnAll: true });
		expect(top.sort()).toEqual(
			members
				.filter(({ department }) => department.includes(1))
				.map(({ userid }) => userid)
				.sort(),
		);
		const all = await list({ recursive: true, returnAll: true });
		expect(all.length).toBeGreaterThan(top.length);
		expect(all.sort()).toEqual(members.map(({ userid }) => userid).sort());
		expect(await list({ recursive: true, limit: 3 })).toHaveLength(3);
		const [detailed] = await items({
			resource: 'member',
			operation: 'getAll',
			parameters: { department_id: byId(1), recursive: true, details: true, limit: 1 },
		});
		expect(detailed).toHaveProperty('mobile');
	});

	it('lists with additional parameters, and not without a department', async () => {
		const run = (parameters: object): Run => ({
			resource: 'member',
			operation: 'getAll',
			parameters: { department_id: byId(1), ...parameters },
		});
		await items(run({ options: { additionalParameters: '{"fetch_child": 1}' } }));
		expect(lastRequest('/cgi-bin/user/simplelist')?.query).toMatchObject({
			department_id: '1',
			fetch_child: '1',
		});
		expect(await failure(run({ department_id: byId('={{ "" }}') }))).toMatchObject({
			message: "'Department' is empty",
		});
		expect(await failure(run({ department_id: byId('={{ "sales" }}') }))).toMatchObject({
			message: "'Department' is 'sales' where WeCom needs a whole number",
		});
	});

	it('pages through all ids', async () => {
		simulator().control.reset();
		const all = await items({
			resource: 'member',
			operation: 'getManyIds',
			parameters: { returnAll: true },
			app: CONTACTS,
		});
		const expected = [...simulator().state.members.values()].reduce(
			(sum, { department }) => sum + department.length,
			0,
		);
		expect(all).toHaveLength(expected);
		expect(
			await items({
				resource: 'member',
				operation: 'getManyIds',
				parameters: { limit: 2 },
				app: CONTACTS,
			}),
		).toEqual(all.slice(0, 2));
		expect(lastRequest('/cgi-bin/user/list_id')?.body).toMatchObject({ limit: 2 });
	});

	it('finds the user ID of a mobile number and an email address', async () => {
		const { userid, mobile, email } = [...simulator().state.members.values()].find(
			(one) => one.mobile && one.email,
		)!;
		expect(
			await items({ resource: 'member', operation: 'getByMobile', parameters: { mobile } }),
		).toEqual([{ userid }]);
		expect(
			await items({
				resource: 'member',
				operation: 'getByEmail',
				parameters: { email, email_type: 2 },
			}),
		).toEqual([{ userid }]);
	});

	it('creates, updates and deletes, with converted values', async () => {
		const created = await items({
			resource: 'member',
			operation: 'create',
			app: CONTACTS,
			parameters: {
				userid: 'new.one',
				name: '新同事',
				to_invite: false,
				additionalFields: {
					department: '2, 3',
					is_leader_in_dept: '1,0',
					mobile: '13900001234',
					enable: true,
					extattr: '{"attrs":[]}',
					direct_leader: 'zhangsan',
				},
			},
		});
		expect(created).toEqual([{ userid: 'new.one', success: true }]);
		expect(lastRequest('/cgi-bin/user/create')?.body).toEqual({
			userid: 'new.one',
			name: '新同事',
			to_invite: false,
			department: [2, 3],
			is_leader_in_dept: [1, 0],
			mobile: '13900001234',
			enable: 1,
			extattr: { attrs: [] },
			direct_leader: ['zhangsan'],
		});

		await items({
			resource: 'member',
			operation: 'update',
			app: CONTACTS,
			parameters: {
				userid: byId('new.one'),
				name: '',
				additionalFields: { position: '', alias: 'N' },
			},
		});
		// An added and emptied field clears the value; an empty optional one is left alone.
		expect(lastRequest('/cgi-bin/user/update')?.body).toEqual({
			userid: 'new.one',
			position: '',
			alias: 'N',
		});

		expect(
			await items({
				resource: 'member',
				operation: 'delete',
				app: CONTACTS,
				parameters: { userid: byId('new.one') },
			}),
		).toEqual([{ deleted: true }]);
		expect(simulator().state.members.has('new.one')).toBe(false);
	});

	it('refuses what WeCom would, with the field and a next step', async () => {
		expect(
			await failure({
				resource: 'member',
				operation: 'get',
				parameters: { userid: byId('={{ $json.missing }}') },
			}),
		).toMatchObject({ message: "'Member' is empty" });
		expect(
			await failure({
				resource: 'member',
				operation: 'get',
				parameters: { userid: byId('nobody') },
			}),
		).toMatchObject({
			message: 'The member does not exist (60111)',
			description: expect.stringContaining('visible range'),
		});
		expect(
			await failure({
				resource: 'member',
				operation: 'create',
				app: CONTACTS,
				parameters: { userid: 'x', name: 'X', additionalFields: { department: 'two' } },
			}),
		).toMatchObject({ message: "'Department IDs' is 'two' where WeCom needs a whole number" });
		expect(
			await failure({
				resource: 'member',
				operation: 'create',
				app: CONTACTS,
				parameters: { userid: 'x', name: 'X', additionalFields: { extattr: '{' } },
			}),
		).toMatchObject({ message: "'Extended Attributes' is not valid JSON" });
	});
});

describe('Department', () => {
	it('does its whole life', async () => {
		const [{ id }] = await items({
			resource: 'department',
			operation: 'create',
			app: CONTACTS,
			parameters: {
				name: '新部门',
				parentid: byId(1),
				additionalFields: { order: 7, name_en: 'New' },
			},
		});
		expect(lastRequest('/cgi-bin/department/create')?.body).toEqual({
			name: '新部门',
			parentid: 1,
			order: 7,
			name_en: 'New',
		});
		expect(
			await items({
				resource: 'department',
				operation: 'get',
				parameters: { id: byId(Number(id)) },
			}),
		).toEqual([
			expect.objectContaining({ id, name: '新部门', name_en: 'New', parentid: 1, order: 7 }),
		]);
		expect(
			await items({
				resource: 'department',
				operation: 'update',
				app: CONTACTS,
				parameters: { id: byId(Number(id)), updateFields: { name: '改名' } },
			}),
		).toEqual([{ id, success: true }]);
		const list = await items({
			resource: 'department',
			operation: 'getAll',
			parameters: { returnAll: true },
		});
		expect(list.find((one) => one.id === id)?.name).toBe('改名');
		expect(
			await items({
				resource: 'department',
				operation: 'getAll',
				parameters: { id: byId(Number(id)), returnAll: true },
			}),
		).toHaveLength(1);
		expect(
			await items({
				resource: 'department',
				operation: 'delete',
				app: CONTACTS,
				parameters: { id: byId(Number(id)) },
			}),
		).toEqual([{ deleted: true }]);
	});
});

describe('Login', () => {
	it('builds both links with everything encoded, in the documented order', async () => {
		const atWecom = { ...credentialOf(simulator()), baseUrl: 'https://qyapi.weixin.qq.com' };
		const store = { c1: atWecom as CredentialStore[string] };
		const redirect_uri = 'https://app.example.com/登录?a=1&b=2';
		const encoded = encodeURIComponent(redirect_uri);
		expect(
			await items({
				resource: 'login',
				operation: 'buildAuthorizationUrl',
				store,
				parameters: { redirect_uri, scope: 'snsapi_privateinfo', state: 'abc123' },
			}),
		).toEqual([
			{
				url: `https://open.weixin.qq.com/connect/oauth2/authorize?appid=${DEMO_CORP.corpid}&redirect_uri=${encoded}&response_type=code&scope=snsapi_privateinfo&state=abc123&agentid=${DEMO_APP.agentid}#wechat_redirect`,
			},
		]);
		expect(
			await items({
				resource: 'login',
				operation: 'buildAuthorizationUrl',
				store,
				parameters: { where: 'web', redirect_uri, state: 'a b', lang: 'en' },
			}),
		).toEqual([
			{
				url: `https://login.work.weixin.qq.com/wwlogin/sso/login?login_type=CorpApp&appid=${DEMO_CORP.corpid}&agentid=${DEMO_APP.agentid}&redirect_uri=${encoded}&state=a%20b&lang=en`,
			},
		]);
		// At a simulator its own pages stand for WeCom's.
		const [{ url }] = await items({
			resource: 'login',
			operation: 'buildAuthorizationUrl',
			parameters: { redirect_uri },
		});
		expect(url).toMatch(`${simulator().url}/connect/oauth2/authorize?`);
	});

	it('refuses a state WeCom would refuse, and a redirect that is no URL', async () => {
		expect(
			(
				await failure({
					resource: 'login',
					operation: 'buildAuthorizationUrl',
					parameters: { redirect_uri: 'https://a.example', state: 'a-b' },
				})
			).message,
		).toMatch(/letters and digits/);
		expect(
			(
				await failure({
					resource: 'login',
					operation: 'buildAuthorizationUrl',
					parameters: { redirect_uri: 'a.example' },
				})
			).message,
		).toMatch(/not a web address/);
	});

	it('goes from the code to who it is, and on to the details', async () => {
		const { control } = simulator();
		const code = control.issueCode({
			userid: 'zhangsan',
			scope: 'snsapi_privateinfo',
			agentid: DEMO_APP.agentid,
		});
		const [info] = await items({
			resource: 'login',
			operation: 'getUserInfo',
			parameters: { code },
		});
		expect(info).toEqual({ userid: 'zhangsan', user_ticket: expect.any(String) });
		const [detail] = await items({
			resource: 'login',
			operation: 'getUserDetail',
			parameters: { user_ticket: info.user_ticket },
		});
		expect(detail).toMatchObject({ userid: 'zhangsan', mobile: expect.any(String) });

		const both = control.issueCode({
			userid: 'zhangsan',
			scope: 'snsapi_privateinfo',
			agentid: DEMO_APP.agentid,
		});
		expect(
			await items({
				resource: 'login',
				operation: 'getUserInfo',
				parameters: { code: both, withDetail: true },
			}),
		).toEqual([{ ...detail, user_ticket: expect.any(String) }]);
		expect(
			(await failure({ resource: 'login', operation: 'getUserInfo', parameters: { code: both } }))
				.message,
		).toMatch(/\(40029\)/);
	});

	it('verifies a second time: from the code to the unlocked client', async () => {
		const { control, state } = simulator();
		const code = control.issueCode({ userid: 'machao', agentid: DEMO_APP.agentid });
		const [info] = await items({
			resource: 'login',
			operation: 'getSecondVerificationInfo',
			parameters: { code },
		});
		expect(info).toEqual({ userid: 'machao', tfa_code: expect.any(String) });
		const confirm: Run = {
			resource: 'login',
			operation: 'confirmSecondVerification',
			parameters: { userid: byId('machao'), tfa_code: info.tfa_code },
		};
		expect(await items(confirm)).toEqual([{ success: true }]);
		expect((await failure(confirm)).message).toMatch(/\(40207\)/);
		expect(
			await items({
				resource: 'login',
				operation: 'confirmFirstLogin',
				app: CONTACTS,
				parameters: { userid: byId('gaoyuan') },
			}),
		).toEqual([{ success: true }]);
		expect(state.verified).toEqual(['machao', 'gaoyuan']);
	});

	it('keeps who it is when the details cannot be had: the code is spent', async () => {
		const { control } = simulator();
		const code = control.issueCode({
			userid: 'zhangsan',
			scope: 'snsapi_privateinfo',
			agentid: DEMO_APP.agentid,
		});
		control.inject({ path: '/cgi-bin/auth/getuserdetail', times: 9, errcode: 84014 });
		expect(
			await items({
				resource: 'login',
				operation: 'getUserInfo',
				parameters: { code, withDetail: true },
			}),
		).toEqual([
			{
				userid: 'zhangsan',
				user_ticket: expect.any(String),
				warning: expect.stringContaining('(84014)'),
			},
		]);
	});
});

describe('Media', () => {
	it('uploads a file with a Chinese name and downloads the same bytes', async () => {
		const data = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 256));
		const input = await binaryItem(
			{},
			{ data: { data, fileName: '季度报告.pdf', mimeType: 'application/pdf' } },
		);
		const [{ media_id, type }] = await items({
			resource: 'media',
			operation: 'upload',
			items: [input],
		});
		expect(type).toBe('file');
		expect(simulator().state.media.get(String(media_id))).toMatchObject({
			filename: '季度报告.pdf',
		});

		for (const style of ['raw', 'rfc5987'] as const) {
			simulator().control.setDisposition(style);
			const run = await runWecom(simulator(), {
				resource: 'media',
				operation: 'download',
				parameters: { media_id },
			});
			expect(run.json('WeCom')).toEqual([
				{ fileName: '季度报告.pdf', mimeType: 'application/pdf', bytes: 5000 },
			]);
			expect((await binaryBytes(run.items('WeCom')[0])).equals(data)).toBe(true);
		}
	});

	it('downloads more than 20 MB in pieces', async () => {
		const size = 45 * 1024 * 1024 + 123;
		const media_id = simulator().control.addMedia({ filename: 'big.bin', size });
		const run = await runWecom(simulator(), {
			resource: 'media',
			operation: 'download',
			parameters: { media_id },
		});
		expect(run.error).toBeUndefined();
		expect(run.json('WeCom')).toEqual([
			expect.objectContaining({ fileName: 'big.bin', bytes: size }),
		]);
	});

	it('recognizes an error answer, and refuses a file WeCom would refuse', async () => {
		expect(
			(
				await failure({
					resource: 'media',
					operation: 'download',
					parameters: { media_id: 'gone' },
				})
			).message,
		).toMatch(/\(40007\)/);
		const text = await binaryItem(
			{},
			{ data: { data: Buffer.from('just some text'), fileName: 'a.txt', mimeType: 'text/plain' } },
		);
		expect(
			await failure({
				resource: 'media',
				operation: 'upload',
				parameters: { type: 'image' },
				items: [text],
			}),
		).toEqual({
			message: "The file in 'data' is of the type text/plain",
			description: 'As image WeCom takes JPG or PNG. Convert it, or send it as a file.',
		});
		const large = await binaryItem(
			{},
			{
				data: {
					data: Buffer.alloc(21 << 20),
					fileName: 'a.bin',
					mimeType: 'application/octet-stream',
				},
			},
		);
		expect(
			(await failure({ resource: 'media', operation: 'upload', items: [large] })).description,
		).toBe('WeCom takes files from 6 bytes to 20 MB.');
	});
});

describe('App', () => {
	it('reads the app of the credential, and lists apps', async () => {
		expect(await items({ resource: 'app', operation: 'get' })).toEqual([
			expect.objectContaining({ agentid: DEMO_APP.agentid, name: DEMO_APP.name }),
		]);
		const list = await items({
			resource: 'app',
			operation: 'getAll',
			parameters: { returnAll: true },
		});
		expect(list[0]).toHaveProperty('agentid');
	});
});

describe('Tag', () => {
	it('creates, renames, fills, empties and deletes', async () => {
		const [{ tagid }] = await items({
			resource: 'tag',
			operation: 'create',
			parameters: { tagname: 'New' },
		});
		expect(tagid).toEqual(expect.any(Number));
		expect(lastRequest('/cgi-bin/tag/create')?.body).toEqual({ tagname: 'New' });
		const tag = { tagid: byId(Number(tagid)) };
		const one = async (operation: string, parameters: object = {}) =>
			await items({ resource: 'tag', operation, parameters: { ...tag, ...parameters } });
		expect(await one('update', { tagname: 'Renamed' })).toEqual([{ tagid, success: true }]);
		await one('addMembers', { userlist: ['zhangsan', 'linna'], partylist: '2' });
		expect(lastRequest('/cgi-bin/tag/addtagusers')?.body).toEqual({
			tagid,
			userlist: ['zhangsan', 'linna'],
			partylist: [2],
		});
		await one('removeMembers', { userlist: '={{ "zhangsan|linna" }}' });
		expect(lastRequest('/cgi-bin/tag/deltagusers')?.body).toEqual({
			tagid,
			userlist: ['zhangsan', 'linna'],
		});
		expect(await one('get')).toEqual([
			expect.objectContaining({ tagname: expect.any(String), userlist: expect.any(Array) }),
		]);
		expect(await one('delete')).toEqual([{ deleted: true }]);
		const list = await items({
			resource: 'tag',
			operation: 'getAll',
			parameters: { returnAll: true },
		});
		expect(list).toEqual(
			[...simulator().state.tags.values()].map(({ tagid: id, tagname }) => ({
				tagid: id,
				tagname,
			})),
		);
	});
});

describe('Member, more', () => {
	it('converts to OpenID and back, invites, deletes many, gets the join QR code', async () => {
		const [{ openid }] = await items({
			resource: 'member',
			operation: 'convertToOpenid',
			parameters: { userid: byId('zhangsan') },
		});
		expect(openid).toEqual(expect.any(String));
		expect(
			await items({ resource: 'member', operation: 'convertToUserId', parameters: { openid } }),
		).toEqual([{ userid: expect.any(String) }]);
		await items({
			resource: 'member',
			operation: 'invite',
			parameters: { user: ['zhangsan'], party: ['2', '3'] },
		});
		expect(lastRequest('/cgi-bin/batch/invite')?.body).toEqual({
			user: ['zhangsan'],
			party: [2, 3],
		});
		expect(await items({ resource: 'member', operation: 'getJoinQrCode' })).toEqual([
			{ join_qrcode: expect.any(String) },
		]);
		expect(
			await items({
				resource: 'member',
				operation: 'deleteMany',
				app: CONTACTS,
				parameters: { useridlist: ['zhangsan', 'linna'] },
			}),
		).toEqual([{ deleted: true }]);
		expect(simulator().state.members.has('linna')).toBe(false);
		expect(
			(
				await failure({
					resource: 'member',
					operation: 'deleteMany',
					app: CONTACTS,
					parameters: { useridlist: '={{ [] }}' },
				})
			).message,
		).toBe("'Member Names or IDs' is empty");
	});
});
