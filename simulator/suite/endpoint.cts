/** The shape of the provider's endpoint rows (`endpoints/suite*.cts`). Method and parameters come from the facts of the catalog. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FileAnswer } from '../endpoint.cts';
import { WecomError } from '../errors.cts';
import { now, type State } from '../state.cts';
import { isTemplate, type ProviderSide, type Suite } from './state.cts';

export interface SuiteCall {
	/** The state of the platform, not of a company. */
	state: State;
	side: ProviderSide;
	/** Whose suite_access_token it is (token `suite`). */
	suite: Suite;
	params: Record<string, any>;
	headers: IncomingHttpHeaders;
	/** Throws 60020 for a caller whose address is not in the whitelist. */
	checkIp: (whose: { trustedIps: string[] }) => void;
}

export interface SuiteEndpoint {
	path: string;
	doc: number;
	/** What the call is made with. The two endpoints that hand out tokens take a secret in their body. */
	token: 'suite' | 'provider' | 'suite-secret' | 'provider-secret';
	/** Whether a success comes without `errcode` and `errmsg`. */
	bare?: boolean;
	handler: (call: SuiteCall) => Record<string, unknown> | FileAnswer;
}

/** Refuses the suite of customized apps: the docs list the endpoint for third-party apps only (仅支持第三方应用调用). */
export function onlyThirdParty(suite: Suite) {
	if (isTemplate(suite)) throw new WecomError(60214);
}

/** The errcode of a pre_auth_code that cannot be used. */
export function preAuthError(state: State, suiteId: string, value = ''): 40077 | 42007 | undefined {
	const code = state.providerSide.preAuthCodes.get(value);
	if (code?.suiteId !== suiteId) return 40077;
	return code.expiresAt <= now(state) ? 42007 : undefined;
}
