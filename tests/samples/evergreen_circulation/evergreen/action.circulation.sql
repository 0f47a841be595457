-- a dump has other lines around its tables
SET search_path = pg_catalog;

COPY action.circulation (id, usr, xact_start, xact_finish, target_copy, circ_lib, due_date, checkin_time, duration, stop_fines, workstation, parent_circ) FROM stdin;
1	4	2014-05-14 08:41:10.125-04	\N	2	4	2014-05-23 02:59:59-04	\N	14 days	LOST	\N	\N
2	\N	2014-11-14 08:41:10-05	2014-11-20 10:00:00-05	3	4	2014-11-28 23:59:59-05	2014-11-20 10:00:00-05	14 days	CHECKIN	BR1\tdesk	\N
3	5	2014-06-01 12:00:00+00	2014-06-08 12:00:00+00	4	5	2014-06-08 23:59:59+00	2014-06-08 12:00:00.5+00	7 days	RENEW	\N	\N
4	5	2014-06-08 12:00:00.5+00	\N	4	5	2014-06-15 23:59:59+00	\N	7 days	\N	\N	3
5	5	2014-06-08 12:00:00.5+00	\N	\N	5	2014-06-15 23:59:59+00	\N	7 days	\N	\N	\N
\.

SELECT SETVAL('action.circulation_id_seq', 9);
