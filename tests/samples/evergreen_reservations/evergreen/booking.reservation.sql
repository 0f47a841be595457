-- a dump has other lines around its tables
SET search_path = pg_catalog;

COPY booking.reservation (id, usr, request_time, start_time, end_time, capture_time, cancel_time, pickup_time, return_time, target_resource_type, current_resource, pickup_lib, note) FROM stdin;
487	49	2022-06-17 14:25:40.5-04	2024-06-07 10:00:00-04	2024-06-07 11:00:00-04	\N	\N	\N	\N	3	\N	108	\N
488	49	2022-06-17 14:27:50-04	2024-06-07 10:00:00-04	2024-06-07 11:00:00-04	\N	\N	2024-06-07 10:05:00-04	2024-06-07 10:55:00-04	555	1	108	\N
489	361	2022-06-17 14:28:55-04	2024-03-04 00:00:00-05	2024-03-05 00:00:00-05	\N	2024-03-01 12:00:00-05	\N	\N	9	55	108	\N
490	\N	2022-06-17 14:29:50-04	\N	2024-06-17 00:00:00-04	\N	\N	\N	\N	9	54	108	\N
\.

SELECT SETVAL('booking.reservation_id_seq', 9);
