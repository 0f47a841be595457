-- a dump has other lines around its tables
SET search_path = pg_catalog;

COPY action.hold_request (id, request_time, capture_time, fulfillment_time, expire_time, cancel_time, target, current_copy, usr, pickup_lib, hold_type, shelf_time, hold_note) FROM stdin;
1	2020-10-27 10:30:15-04	\N	\N	\N	\N	2	2102	4	5	T	\N	back\\slash
2	2020-10-27 10:30:15-04	2020-10-29 09:00:00-04	2020-10-30 09:00:00-04	2021-04-27 00:00:00-04	\N	3	1603	228	5	C	2020-10-29 09:05:00-04	\N
3	2020-12-01 00:00:00.25-05	\N	\N	\N	2020-12-02 12:00:00-05	9	\N	\N	8	T	\N	two\nlines
4	\N	\N	\N	\N	\N	9	\N	6	8	T	\N	\N
\.

SELECT SETVAL('action.hold_request_id_seq', 9);
