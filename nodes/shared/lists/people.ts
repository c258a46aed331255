import { departmentChoices, memberChoices } from '../companies/directory';
import { get, listOf, type List } from './lists';

/** Behind the pickers of every node that has to do with people: what the app may see of them. */
export const PEOPLE: Record<'Departments' | 'Members' | 'Tags', List> = {
	Departments: { fetch: departmentChoices },
	Members: { fetch: memberChoices },
	Tags: listOf(get('/cgi-bin/tag/list'), 'taglist', ['tagid', 'tagname']),
};
