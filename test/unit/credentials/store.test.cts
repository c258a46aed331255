import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';
import { WecomSuiteApi } from '../../../credentials/WecomSuiteApi.credentials';
import { withNote } from '../../../nodes/shared/credentials/note';
import { updateCredential, takeTurn } from '../../../nodes/shared/credentials/store';
import {
	companiesOf,
	SUITE_CREDENTIAL,
	type ActAs,
	turnKey,
	withCompany,
	withSuiteTicket,
} from '../../../nodes/shared/credentials/suiteState';
import type { StoredFields } from '../../../nodes/shared/credentials/fields';
import { actingAs, MAX_STORED_TOKENS } from '../../../nodes/shared/credentials/suiteTokens';
import { sleep } from '../../support/wait.cts';

type Data = ICredentialDataDecryptedObject;

/** n8n's way with credentials: read, merge and write without a lock, each taking its time. */
class FakeN8n {
	row: Data;

	sent: IHttpRequestOptions[] = [];

	writes = 0;

	/** Called in the middle of each write. */
	onWrite = async () => await sleep(Math.random() * 4);

	private readonly type = new WecomSuiteApi();

	constructor(row: IDataObject = {}) {
		this.row = {
			suiteId: `ww${Math.random()}`,
			suiteSecret: 's',
			baseUrl: 'http://wecom',
			refreshGuard: '',
			...row,
		} as Data;
	}

	readonly helpers = {
		httpRequestWithAuthentication: async (
			_type: string,
			options: IHttpRequestOptions,
			{ credentialsDecrypted: { data } }: { credentialsDecrypted: { data: Data } },
		) => {
			try {
				const output: Data = await this.type.preAuthentication.call(
					{ helpers: { httpRequest: this.httpRequest } } as never,
					data,
				);
				if (output.refreshGuard !== undefined) {
					const stored = { ...this.row };
					await this.onWrite();
					this.row = JSON.parse(JSON.stringify({ ...stored, ...output })) as Data;
					this.writes++;
					Object.assign(data, output);
				}
				const authenticate = this.type.authenticate as (
					data: Data,
					options: IHttpRequestOptions,
				) => Promise<IHttpRequestOptions>;
				this.sent.push(await authenticate(data, options));
			} catch (error) {
				throw Object.assign(new Error('NodeApiError'), { cause: error });
			}
		},
	};

	asked: string[] = [];

	httpRequest = async ({ url, body }: IHttpRequestOptions) => {
		await sleep(Math.random() * 4);
		this.asked.push(url);
		const { auth_corpid: corp = '' } = JSON.parse(String(body)) as { auth_corpid?: string };
		const field = url.endsWith('get_corp_token') ? 'access_token' : 'suite_access_token';
		return {
			statusCode: 200,
			body: JSON.stringify({ [field]: `${field}-${corp}-${this.asked.length}`, expires_in: 7200 }),
		};
	};

	getCredentials = async () => {
		await sleep(Math.random() * 2);
		return { ...this.row };
	};

	async update(change: (stored: Data) => StoredFields | undefined) {
		return await updateCredential(this as never, SUITE_CREDENTIAL, turnKey(this.row), change);
	}

	async request(act: ActAs, data: Data = this.row) {
		const credentials = actingAs(data, act);
		await this.helpers.httpRequestWithAuthentication(
			SUITE_CREDENTIAL,
			{ url: 'http://wecom/x' },
			{ credentialsDecrypted: { data: credentials } },
		);
	}
}

const company = (n: number) => ({ permanentCode: `code-${n}` });

describe('updateCredential', () => {
	it('sends nothing and writes only what is not there yet', async () => {
		const n8n = new FakeN8n();
		await n8n.update((stored) => withCompany(stored, 'c1', company(1)));
		await n8n.update((stored) => withCompany(stored, 'c1', company(1)));
		expect(n8n.sent).toEqual([]);
		expect(n8n.writes).toBe(1);
		expect(companiesOf(n8n.row)).toMatchObject({ c1: { permanentCode: 'code-1' } });
	});

	it('loses none of 50 companies that are stored at the same time as 40 tickets and the tokens of 30 companies', async () => {
		const n8n = new FakeN8n({ suiteTicket: 't0', suiteTicketAt: '0' });
		n8n.row.suiteTicketFor = n8n.row.suiteId;
		for (let n = 0; n < 30; n++)
			n8n.row = { ...n8n.row, ...withCompany(n8n.row, `t${n}`, company(n)) };
		const from = { ...n8n.row };
		await Promise.all([
			...Array.from({ length: 50 }, async (_, n) => {
				await sleep(Math.random() * 100);
				await n8n.update((stored) => withCompany(stored, `c${n}`, company(n)));
			}),
			...Array.from({ length: 40 }, async (_, n) => {
				await sleep(Math.random() * 100);
				await n8n.update((stored) =>
					withSuiteTicket(stored, String(stored.suiteId), `t${n + 1}`, n + 1),
				);
			}),
			...Array.from({ length: 30 }, async (_, n) => {
				await sleep(Math.random() * 100);
				await n8n.request({ kind: 'company', corpId: `t${n}` }, from);
			}),
		]);
		expect(Object.keys(companiesOf(n8n.row))).toHaveLength(80);
		expect(n8n.row.suiteTicket).toBe('t40');
		expect(Object.keys(JSON.parse(String(n8n.row.companyTokens)) as object)).toHaveLength(30);
		expect(n8n.row.suiteAccessToken).toMatch(/^suite_access_token--/);
		expect(n8n.asked.filter((url) => url.endsWith('get_suite_token'))).toHaveLength(1);
		expect(n8n.asked).toHaveLength(31);
		// Older n8n shows no credential at all while one holds a number in a field that it blanks out.
		for (const value of Object.values(n8n.row)) expect(typeof value).toBe('string');
	});

	it('writes again what another process has overwritten', async () => {
		const n8n = new FakeN8n();
		n8n.onWrite = async () => {
			if (n8n.writes < 2) setTimeout(() => (n8n.row = { ...n8n.row, companies: '' }), 0);
		};
		n8n.getCredentials = async () => {
			await sleep(5);
			return { ...n8n.row };
		};
		await n8n.update((stored) => withCompany(stored, 'c1', company(1)));
		expect(n8n.writes).toBe(3);
		expect(companiesOf(n8n.row)).toMatchObject({ c1: { permanentCode: 'code-1' } });
	});

	it('says so when n8n keeps nothing, and passes n8n’s own failure on', async () => {
		const n8n = new FakeN8n();
		await expect(n8n.update(() => ({ companies: '{}' }))).rejects.toThrow(/did not keep/);
		n8n.onWrite = async () => {
			throw new Error('database is locked');
		};
		await expect(n8n.update(() => ({ companies: '{}' }))).rejects.toThrow();
		n8n.onWrite = async () => {};
		await n8n.update((stored) => withCompany(stored, 'c1', company(1)));
		expect(companiesOf(n8n.row)).toHaveProperty('c1');
	});

	it('a turn nobody ends does not stop the others for good', async () => {
		await takeTurn('stuck');
		const before = Date.now();
		(await takeTurn('stuck'))();
		expect(Date.now() - before).toBeGreaterThan(2_000);
	});
});

describe('n8n before 2.34, which stores a credential as it was read', () => {
	/** The module as it is where n8n lacks what came with 2.35. */
	const older = async (): Promise<typeof import('../../../nodes/shared/credentials/store')> => {
		jest.resetModules();
		jest.doMock('n8n-workflow', () => ({}));
		try {
			return await import('../../../nodes/shared/credentials/store');
		} finally {
			jest.dontMock('n8n-workflow');
			jest.resetModules();
		}
	};

	it('is given no token to store, the request gets it all the same', async () => {
		const { fieldsToStore } = await older();
		const credentials: Data = { corpId: 'resolved from an expression' };
		expect(await fieldsToStore(credentials, async () => ({ accessToken: 'T' }))).toEqual({});
		expect(credentials).toMatchObject({ accessToken: 'T' });
	});

	it('is given what must not be lost', async () => {
		const { fieldsToStore } = await older();
		const credentials = withNote({ corpId: 'c' }, { store: { suiteTicket: 't' } });
		const obtain = async () => await Promise.reject(new Error('not to be asked'));
		expect(await fieldsToStore(credentials, obtain)).toEqual({
			refreshGuard: '',
			suiteTicket: 't',
		});
	});
});

describe('stored tokens', () => {
	const provider = () => {
		const n8n = new FakeN8n({ suiteTicket: 't', suiteTicketAt: '1' });
		n8n.row.suiteTicketFor = n8n.row.suiteId;
		return n8n;
	};

	it('are void when the settings change', async () => {
		const n8n = provider();
		await n8n.request({ kind: 'suite' });
		await n8n.request({ kind: 'suite' });
		expect(n8n.asked).toHaveLength(1);
		n8n.row.suiteSecret = 'another';
		await n8n.request({ kind: 'suite' });
		expect(n8n.asked).toHaveLength(2);
	});

	it('belong to the permanent code they were fetched with', async () => {
		const n8n = provider();
		const act: ActAs = { kind: 'company', corpId: 'c', permanentCode: 'one' };
		await n8n.request(act);
		await n8n.request(act);
		expect(n8n.asked).toHaveLength(2);
		await n8n.request({ ...act, permanentCode: 'two' });
		expect(n8n.asked).toHaveLength(3);
	});

	it('are at most as many as can be written quickly; the others stay in memory', async () => {
		const n8n = provider();
		n8n.onWrite = async () => {};
		const ids = Array.from({ length: MAX_STORED_TOKENS + 20 }, (_, n) => `c${n}`);
		for (const corpId of ids) await n8n.request({ kind: 'company', corpId, permanentCode: 'x' });
		expect(Object.keys(JSON.parse(String(n8n.row.companyTokens)) as object)).toHaveLength(
			MAX_STORED_TOKENS,
		);
		const asked = n8n.asked.length;
		for (const corpId of ids) await n8n.request({ kind: 'company', corpId, permanentCode: 'x' });
		expect(n8n.asked).toHaveLength(asked);
	});
});
