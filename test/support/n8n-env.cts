/** The environment an n8n under test runs with. */
import { createServer, type AddressInfo } from 'node:net';
import { n8nVersion, nodeVersionFor, since } from './n8n-release.cts';
import { COMPILED } from './n8n-template.cts';
import { envWithNode } from './node.cts';

/** Settings of the person's own n8n, of jest and of proxies must not leak in. */
const NOT_INHERITED =
	/^(N8N_|DB_|EXECUTIONS_|QUEUE_|WEBHOOK_|CREDENTIALS_|GENERIC_|NODES?_|npm_|JEST_|VITEST|(HTTPS?|ALL)_PROXY$)/i;

/** Nothing in a test may reach the internet, and n8n's own calls would only slow it down and fill the log. */
const NO_OUTBOUND_CALLS = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false', // n8n would fetch the list of verified nodes.
	N8N_REINSTALL_MISSING_PACKAGES: 'false',
	EXTERNAL_FRONTEND_HOOKS_URLS: '',
};

/** What depends on the release. */
const releaseSettings = (): NodeJS.ProcessEnv => ({
	// Fetches a catalogue at every start; n8n that has no such module ends at its name.
	...(since('2.33') ? { N8N_DISABLED_MODULES: 'mcp-registry' } : {}),
	// Its isolated expression engine is not built; files are kept where 2.x keeps them. Its older driver for SQLite mixes up transactions
	// that overlap ("no such savepoint"), so it has the one of 2.x, as n8n advises.
	...(since('2.0')
		? {}
		: {
				N8N_EXPRESSION_ENGINE: 'legacy',
				N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
				DB_SQLITE_POOL_SIZE: '3',
			}),
	...(nodeVersionFor(n8nVersion()).startsWith('20.')
		? { NODE_OPTIONS: '--experimental-websocket' } // The documents ask people with Node.js 20 for it.
		: {}),
});

const QUIET_EDITOR = {
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
};

export interface N8nPorts {
	port: number;
	brokerPort: number;
}

export interface EnvOptions extends N8nPorts {
	userFolder: string;
	encryptionKey: string;
	nodeBin: string;
	extra?: NodeJS.ProcessEnv;
}

export function n8nEnv(options: EnvOptions): NodeJS.ProcessEnv {
	const inherited = Object.fromEntries(
		Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name)),
	);
	return {
		...envWithNode(options.nodeBin, inherited), // n8n starts its task runner with `node` from the PATH.
		...NO_OUTBOUND_CALLS,
		...releaseSettings(),
		...QUIET_EDITOR,
		...(process.env[COMPILED] && { NODE_COMPILE_CACHE: process.env[COMPILED] }),
		NODE_ENV: 'production',
		N8N_USER_FOLDER: options.userFolder,
		N8N_ENCRYPTION_KEY: options.encryptionKey,
		N8N_HOST: '127.0.0.1',
		N8N_PORT: String(options.port),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_WEBHOOK_URL: `http://127.0.0.1:${options.port}/`,
		WEBHOOK_URL: `http://127.0.0.1:${options.port}/`, // Older n8n knows it by this name.
		N8N_SECURE_COOKIE: 'false',
		N8N_COMMUNITY_PACKAGES_ENABLED: 'true',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_SSRF_PROTECTION_ENABLED: 'false', // The servers that tests call stand at 127.0.0.1.
		N8N_RUNNERS_MODE: 'internal', // n8n itself starts the process of the Code node.
		N8N_RUNNERS_BROKER_PORT: String(options.brokerPort),
		N8N_PYTHON_ENABLED: 'false',
		EXECUTIONS_DATA_PRUNE: 'false',
		N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '5',
		N8N_LOG_LEVEL: 'info',
		N8N_LOG_OUTPUT: 'console',
		NO_COLOR: '1',
		...options.extra,
	};
}

/** Listens on a port for a moment (0: any free one) and returns it; fails when it is taken. */
export async function probePort(port: number): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve, reject) =>
		server.once('error', reject).listen(port, '127.0.0.1', resolve),
	);
	const { port: found } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return found;
}

/** Two ports nobody listens on right now. */
export async function freePorts(port = 0): Promise<N8nPorts> {
	const ports = { port: port || (await probePort(0)), brokerPort: await probePort(0) };
	return ports.port === ports.brokerPort ? await freePorts(port) : ports;
}
