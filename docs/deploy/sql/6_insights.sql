-- What store_insights and read_insights keep and sum up; run it after the files before it. One row for each
-- conversation and scorer version, and of a conversation the newest version counts. Numbers are the value times 10,000,
-- so that sums do not depend on the order of rows. docs/insights.md tells what the columns hold.

CREATE TABLE shop.insights (
    id NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    scorer_version NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    version_key NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    config_sha256 NVARCHAR(400) NOT NULL,
    started_at NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    channel NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    queue NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    agent NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    language NVARCHAR(400) NOT NULL,
    reason NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    product NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    label NVARCHAR(400) NOT NULL,
    summary NVARCHAR(MAX) NOT NULL,
    quotes NVARCHAR(MAX) NOT NULL,
    content NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    turns BIGINT NULL,
    satisfaction BIGINT NULL,
    sentiment BIGINT NULL,
    customer_sentiment BIGINT NULL,
    agent_sentiment BIGINT NULL,
    quality BIGINT NULL,
    resolved BIGINT NULL,
    abandoned BIGINT NULL,
    transferred BIGINT NULL,
    repeated_contact BIGINT NULL,
    survey_csat BIGINT NULL,
    scorecard BIGINT NULL,
    row_id BINARY(32) NOT NULL PRIMARY KEY, -- SHA-256 of id and version, as a key may have 900 bytes
    INDEX insights_started (started_at)
);
GO

CREATE OR ALTER PROCEDURE shop.store_insights
    @key NVARCHAR(200),
    @rows NVARCHAR(MAX)
AS
BEGIN
    -- Adds or replaces rows; one that is there with the same content stays, so that repeating is harmless.
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @given TABLE (
        place INT NOT NULL,
        id NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
        scorer_version NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
        version_key NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
        config_sha256 NVARCHAR(400) NULL,
        started_at NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
        channel NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
        queue NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
        agent NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
        language NVARCHAR(400) NULL,
        reason NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
        product NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
        label NVARCHAR(400) NULL,
        summary NVARCHAR(MAX) NULL,
        quotes NVARCHAR(MAX) NULL,
        content NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
        turns BIGINT NULL,
        satisfaction BIGINT NULL,
        sentiment BIGINT NULL,
        customer_sentiment BIGINT NULL,
        agent_sentiment BIGINT NULL,
        quality BIGINT NULL,
        resolved BIGINT NULL,
        abandoned BIGINT NULL,
        transferred BIGINT NULL,
        repeated_contact BIGINT NULL,
        survey_csat BIGINT NULL,
        scorecard BIGINT NULL,
        row_id BINARY(32) NULL,
        had NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL
    );
    INSERT INTO @given (
        place, id, scorer_version, version_key, config_sha256, started_at, channel,
        queue, agent, language, reason, product, label,
        summary, quotes, content, turns, satisfaction, sentiment,
        customer_sentiment, agent_sentiment, quality, resolved, abandoned, transferred,
        repeated_contact, survey_csat, scorecard
    )
    SELECT
        CAST(o.[key] AS INT), r.id, r.scorer_version, r.version_key, r.config_sha256, r.started_at, r.channel,
        r.queue, r.agent, r.language, r.reason, r.product, r.label,
        r.summary, r.quotes, r.content, r.turns, r.satisfaction, r.sentiment,
        r.customer_sentiment, r.agent_sentiment, r.quality, r.resolved, r.abandoned, r.transferred,
        r.repeated_contact, r.survey_csat, r.scorecard
    FROM OPENJSON(@rows) AS o
    CROSS APPLY OPENJSON(o.value) WITH (
        id NVARCHAR(400),
        scorer_version NVARCHAR(400),
        version_key NVARCHAR(400),
        config_sha256 NVARCHAR(400),
        started_at NVARCHAR(400),
        channel NVARCHAR(400),
        queue NVARCHAR(400),
        agent NVARCHAR(400),
        language NVARCHAR(400),
        reason NVARCHAR(400),
        product NVARCHAR(400),
        label NVARCHAR(400),
        summary NVARCHAR(MAX),
        quotes NVARCHAR(MAX),
        content NVARCHAR(400),
        turns BIGINT,
        satisfaction BIGINT,
        sentiment BIGINT,
        customer_sentiment BIGINT,
        agent_sentiment BIGINT,
        quality BIGINT,
        resolved BIGINT,
        abandoned BIGINT,
        transferred BIGINT,
        repeated_contact BIGINT,
        survey_csat BIGINT,
        scorecard BIGINT
    ) AS r;
    UPDATE @given SET row_id = HASHBYTES('SHA2_256', CONCAT(id, NCHAR(0), scorer_version));
    DELETE g FROM @given AS g WHERE EXISTS (SELECT 1 FROM @given AS l WHERE l.row_id = g.row_id AND l.place > g.place);
    BEGIN TRANSACTION;
    UPDATE g SET had = i.content
    FROM @given AS g
    INNER JOIN shop.insights AS i WITH (UPDLOCK, HOLDLOCK) ON i.row_id = g.row_id;
    DELETE i FROM shop.insights AS i INNER JOIN @given AS g ON g.row_id = i.row_id WHERE g.had <> g.content;
    INSERT INTO shop.insights (
        id, scorer_version, version_key, config_sha256, started_at, channel,
        queue, agent, language, reason, product, label,
        summary, quotes, content, turns, satisfaction, sentiment,
        customer_sentiment, agent_sentiment, quality, resolved, abandoned, transferred,
        repeated_contact, survey_csat, scorecard, row_id
    )
    SELECT
        id, scorer_version, version_key, config_sha256, started_at, channel,
        queue, agent, language, reason, product, label,
        summary, quotes, content, turns, satisfaction, sentiment,
        customer_sentiment, agent_sentiment, quality, resolved, abandoned, transferred,
        repeated_contact, survey_csat, scorecard, row_id
    FROM @given
    WHERE had IS NULL OR had <> content;
    COMMIT TRANSACTION;
    SELECT 200 AS status, (
        SELECT
            @key AS [key],
            COALESCE(SUM(CASE WHEN had IS NULL THEN 1 ELSE 0 END), 0) AS new,
            COALESCE(SUM(CASE WHEN had <> content THEN 1 ELSE 0 END), 0) AS changed,
            COALESCE(SUM(CASE WHEN had = content THEN 1 ELSE 0 END), 0) AS same
        FROM @given
        FOR JSON PATH, WITHOUT_ARRAY_WRAPPER
    ) AS body;
END;
GO

CREATE OR ALTER FUNCTION shop.insights_now (@question NVARCHAR(MAX))
RETURNS TABLE
AS
RETURN
    -- The newest version of each conversation that the question is about, with its measure and its group.
    WITH ranked AS (
        SELECT *, ROW_NUMBER() OVER (
            PARTITION BY id ORDER BY version_key DESC, scorer_version DESC
        ) AS place
        FROM shop.insights
    )
    SELECT
        i.id, i.started_at, i.reason, i.product, i.queue, i.channel, i.agent, i.summary, i.quotes,
        CASE JSON_VALUE(@question, '$.group')
            WHEN N'reason' THEN i.reason WHEN N'product' THEN i.product WHEN N'queue' THEN i.queue
            WHEN N'channel' THEN i.channel WHEN N'agent' THEN i.agent ELSE N''
        END AS grouped,
        CASE JSON_VALUE(@question, '$.measure')
            WHEN N'satisfaction' THEN i.satisfaction
            WHEN N'sentiment' THEN i.sentiment
            WHEN N'customer_sentiment' THEN i.customer_sentiment
            WHEN N'agent_sentiment' THEN i.agent_sentiment
            WHEN N'quality' THEN i.quality
            WHEN N'survey_csat' THEN i.survey_csat
            WHEN N'scorecard' THEN i.scorecard
            WHEN N'resolved' THEN CASE WHEN i.resolved >= 5000 THEN 10000 WHEN i.resolved < 5000 THEN 0 END
            WHEN N'abandoned' THEN CASE WHEN i.abandoned >= 5000 THEN 10000 WHEN i.abandoned < 5000 THEN 0 END
            WHEN N'transferred' THEN CASE WHEN i.transferred >= 5000 THEN 10000 WHEN i.transferred < 5000 THEN 0 END
            WHEN N'repeated_contact' THEN CASE WHEN i.repeated_contact >= 5000 THEN 10000 WHEN i.repeated_contact < 5000 THEN 0 END
            WHEN N'negative' THEN CASE i.label WHEN N'' THEN NULL WHEN N'negative' THEN 10000 ELSE 0 END
            ELSE 10000
        END AS value
    FROM ranked AS i
    WHERE i.place = 1
        AND (COALESCE(JSON_VALUE(@question, '$.start'), N'') = N'' OR i.started_at >= JSON_VALUE(@question, '$.start'))
        AND (
            COALESCE(JSON_VALUE(@question, '$.end'), N'') = N''
            OR (i.started_at < JSON_VALUE(@question, '$.end') AND i.started_at <> N'')
        )
        AND (
            NOT EXISTS (SELECT 1 FROM OPENJSON(@question, '$.reasons'))
            OR i.reason IN (SELECT value COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@question, '$.reasons'))
        )
        AND (
            NOT EXISTS (SELECT 1 FROM OPENJSON(@question, '$.products'))
            OR i.product IN (SELECT value COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@question, '$.products'))
        )
        AND (
            NOT EXISTS (SELECT 1 FROM OPENJSON(@question, '$.queues'))
            OR i.queue IN (SELECT value COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@question, '$.queues'))
        )
        AND (
            NOT EXISTS (SELECT 1 FROM OPENJSON(@question, '$.channels'))
            OR i.channel IN (SELECT value COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@question, '$.channels'))
        )
        AND (
            NOT EXISTS (SELECT 1 FROM OPENJSON(@question, '$.agents'))
            OR i.agent IN (SELECT value COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@question, '$.agents'))
        );
GO

CREATE OR ALTER FUNCTION shop.insight_rows (@question NVARCHAR(MAX))
RETURNS NVARCHAR(MAX)
AS
BEGIN
    DECLARE @about NVARCHAR(20) = JSON_VALUE(@question, '$.about');
    DECLARE @descending BIT = CASE WHEN JSON_VALUE(@question, '$.highest_first') = N'false' THEN 0 ELSE 1 END;
    IF @about = N'totals'
        RETURN (
            SELECT
                grouped AS [key], COUNT_BIG(*) AS conversations, COUNT_BIG(value) AS n,
                COALESCE(SUM(value), 0) AS total, COALESCE(SUM(value * value), 0) AS squares
            FROM shop.insights_now(@question)
            GROUP BY grouped
            ORDER BY grouped
            FOR JSON PATH
        );
    IF @about = N'examples'
        RETURN (
            SELECT TOP (COALESCE(CAST(JSON_VALUE(@question, '$.limit') AS INT), 5))
                id, started_at, reason, product, queue, channel, agent, value, summary, quotes
            FROM shop.insights_now(@question)
            WHERE value IS NOT NULL
            ORDER BY CASE WHEN @descending = 1 THEN -value ELSE value END, id
            FOR JSON PATH
        );
    IF @about = N'names'
        RETURN (
            SELECT n.[group], n.value, n.conversations
            FROM (
                SELECT N'' AS [group], N'' AS value, COUNT_BIG(*) AS conversations FROM shop.insights_now(N'{}')
                UNION ALL
                SELECT p.[group], p.value, COUNT_BIG(*)
                FROM shop.insights_now(N'{}') AS i
                CROSS APPLY (
                    VALUES
                        (N'reason', i.reason), (N'product', i.product), (N'queue', i.queue), (N'channel', i.channel)
                ) AS p ([group], value)
                WHERE p.value <> N''
                GROUP BY p.[group], p.value
            ) AS n
            ORDER BY n.[group], n.conversations DESC, n.value
            FOR JSON PATH
        );
    RETURN (
        SELECT COALESCE(MIN(started_at), N'') AS first, COALESCE(MAX(started_at), N'') AS last
        FROM shop.insights_now(N'{}')
        WHERE started_at <> N''
        FOR JSON PATH
    );
END;
GO

CREATE OR ALTER PROCEDURE shop.read_insights
    @question NVARCHAR(MAX)
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @rows NVARCHAR(MAX) = COALESCE(shop.insight_rows(@question), N'[]');
    SELECT 200 AS status, (SELECT JSON_QUERY(@rows) AS rows FOR JSON PATH, WITHOUT_ARRAY_WRAPPER) AS body;
END;
GO
