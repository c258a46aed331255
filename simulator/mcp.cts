/**
 * The MCP server that WeCom offers a bot for documents (doc 101763), as far as its shape is known: Streamable HTTP, JSON answers,
 * the key in the address, one session. `create_doc` stands for its tools.
 */
import { randomBytes } from 'node:crypto';

type Json = Record<string, any>;

export const MCP_KEY = 'demo-mcp-key-7Qm2';
const PATH = '/mcp/robot-doc';

export const isMcpPath = (path: string): boolean => path === PATH;

export interface McpAnswer {
	status: number;
	headers: Record<string, string>;
	body: string;
}

const TOOL = {
	name: 'create_doc',
	description: 'Create a document or a smart sheet',
	inputSchema: {
		type: 'object',
		properties: {
			doc_type: { type: 'integer', description: '3: document, 10: smart sheet' },
			doc_name: { type: 'string', description: 'What it is called' },
		},
		required: ['doc_type', 'doc_name'],
	},
};

const answer = (status: number, body: unknown = '', more: Record<string, string> = {}) => ({
	status,
	headers: { 'content-type': 'application/json', ...more },
	body: body === '' ? '' : JSON.stringify(body),
});

/** The answer to a request; `documents` gets what the tool was asked to create. */
export function mcpAnswer(
	documents: Json[],
	request: { method: string; query: Record<string, string>; rawBody: Buffer },
): McpAnswer {
	const { method, query, rawBody } = request;
	if (query.apikey !== MCP_KEY) return answer(401, { errcode: 853004, errmsg: 'invalid apikey' });
	// The server offers no stream of its own, and a session ends by itself.
	if (method !== 'POST') return answer(405);
	const { id, method: call, params = {} } = JSON.parse(rawBody.toString('utf8')) as Json;
	if (id === undefined) return answer(202);
	const result = (value: Json, more = {}) =>
		answer(200, { jsonrpc: '2.0', id, result: value }, more);
	if (call === 'initialize')
		return result(
			{
				protocolVersion: params.protocolVersion,
				capabilities: { tools: {} },
				serverInfo: { name: 'wecom-robot-doc', version: '1' },
			},
			{ 'mcp-session-id': randomBytes(16).toString('hex') },
		);
	if (call === 'tools/list') return result({ tools: [TOOL] });
	if (call === 'tools/call' && params.name === TOOL.name) {
		documents.push(params.arguments);
		const created = { errcode: 0, docid: 'dc1', url: 'https://doc.weixin.qq.com/doc/dc1' };
		return result({ content: [{ type: 'text', text: JSON.stringify(created) }] });
	}
	return answer(200, { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } });
}
