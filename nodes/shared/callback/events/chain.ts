import type { KindTable } from './kinds';

/** Upstream and downstream companies (doc 95796): self-built apps only; FromUserName is 'sys'. */
export const chainEvents: KindTable = {
	family: 'chain',
	groups: [
		{
			event: 'change_chain',
			name: 'Upstream and Downstream: Any Change',
			description: 'Needs the switch for upstream and downstream changes',
		},
	],
	kinds: [
		{
			on: 'event/change_chain/create_chain',
			name: 'Upstream and Downstream: Created',
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/update_chain',
			name: 'Upstream and Downstream: Changed',
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/delete_chain',
			name: 'Upstream and Downstream: Deleted',
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/create_group',
			name: 'Upstream and Downstream: Group Created',
			repeat: ['GroupIds.GroupId'],
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/update_group',
			name: 'Upstream and Downstream: Group Changed',
			repeat: ['GroupIds.GroupId'],
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/delete_group',
			name: 'Upstream and Downstream: Group Deleted',
			repeat: ['GroupIds.GroupId'],
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/corp_join',
			name: 'Upstream and Downstream: Company Joined',
			repeat: ['CorpIds.CorpId'],
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/update_corp',
			name: 'Upstream and Downstream: Company Changed',
			repeat: ['CorpIds.CorpId'],
			answer: 'E',
			doc: 95796,
		},
		{
			on: 'event/change_chain/remove_corp',
			name: 'Upstream and Downstream: Company Removed',
			repeat: ['CorpIds.CorpId'],
			answer: 'E',
			doc: 95796,
		},
	],
};
