-- What create_shipment, void_shipment and find_shipment do in the database; run it after the files before it. Every
-- procedure answers one row: `status` is that of the workflow's response, 100 meaning "go on", and `body` is JSON.
-- docs/carriers.md tells how the workflows use them.

-- What a refusal or an error answers.
CREATE OR ALTER FUNCTION shop.error_body (@code NVARCHAR(60), @message NVARCHAR(400)) RETURNS NVARCHAR(MAX) AS
BEGIN
    RETURN (SELECT @code AS [error.code], @message AS [error.message] FOR JSON PATH, WITHOUT_ARRAY_WRAPPER);
END;
GO

-- What a key that came before answers, or NULL where this run may go on. A claim that is older than ten minutes belongs
-- to a run that died: whoever comes with the same key and request takes it over, and asks the carrier before it buys.
CREATE OR ALTER PROCEDURE shop.answer_of_key
    @key NVARCHAR(200), @run NVARCHAR(100), @request NVARCHAR(MAX), @status INT OUTPUT, @body NVARCHAR(MAX) OUTPUT AS
BEGIN
    DECLARE @sha BINARY(32), @by NVARCHAR(100), @state NVARCHAR(10), @at DATETIME2(3), @result NVARCHAR(MAX);
    SELECT @sha = request_sha256, @by = run, @state = state, @at = claimed_at, @result = result
    FROM shop.shipment_keys WITH (UPDLOCK, HOLDLOCK) WHERE [key] = @key;
    SELECT @status = NULL, @body = NULL;
    IF @sha IS NULL RETURN;
    IF @sha <> HASHBYTES('SHA2_256', @request)
        SELECT @status = 422,
               @body = shop.error_body(N'IdempotencyKeyReused', N'This key came before with another payload.');
    ELSE IF @state = 'done'
        SELECT @status = 200, @body = @result;
    ELSE IF @by <> @run AND @at > DATEADD(MINUTE, -10, SYSUTCDATETIME())
        SELECT @status = 409,
               @body = shop.error_body(N'IdempotencyKeyInUse', N'A request with this key is still at work.');
    ELSE
    BEGIN
        UPDATE shop.shipment_keys SET run = @run, claimed_at = SYSUTCDATETIME() WHERE [key] = @key;
        SELECT @status = 100, @body = N'{}';
    END;
END;
GO

CREATE OR ALTER PROCEDURE shop.claim_shipment
    @key NVARCHAR(200), @run NVARCHAR(100), @request NVARCHAR(MAX), @order_id NVARCHAR(100), @order_version INT,
    @is_return BIT, @test_mode BIT AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @status INT, @body NVARCHAR(MAX), @at NVARCHAR(60), @version INT, @paid BIT, @holds NVARCHAR(MAX);
    BEGIN TRANSACTION;
    EXEC shop.answer_of_key @key, @run, @request, @status OUTPUT, @body OUTPUT;
    IF @status IS NULL
    BEGIN
        SET @order_id = shop.find_order_id(@order_id);
        SELECT @at = status, @version = version, @paid = paid, @holds = holds
        FROM shop.orders WITH (UPDLOCK, HOLDLOCK) WHERE id = @order_id;
        SELECT @status = 409, @body = CASE
            WHEN @at IS NULL THEN shop.error_body(N'OrderNotFound', N'There is no such order.')
            WHEN @order_version IS NOT NULL AND @order_version <> @version
                THEN shop.error_body(N'OrderChanged', N'The order has another version: read it again.')
            WHEN EXISTS (SELECT 1 FROM shop.shipments WHERE order_id = @order_id AND voided_at IS NULL
                         AND is_return = @is_return AND test_mode = 0)
                THEN shop.error_body(N'OrderShipped', N'The order was shipped, or is coming back.')
            WHEN EXISTS (SELECT 1 FROM shop.shipment_keys WITH (UPDLOCK, HOLDLOCK) WHERE order_id = @order_id
                         AND state = 'claimed' AND workflow = N'create_shipment' AND [key] <> @key)
                THEN shop.error_body(N'OrderShipped', N'Another shipment of the order is under way or not settled.')
            WHEN @is_return = 1 AND @at NOT IN (N'delivered', N'return requested', N'exchange requested')
                THEN shop.error_body(N'OrderNotShippable', N'Nothing of the order is with the customer.')
            WHEN @is_return = 1 THEN NULL
            WHEN @at NOT IN (N'pending', N'pending (items modified)')
                THEN shop.error_body(N'OrderNotShippable', N'The order is not pending.')
            WHEN ISNULL(@paid, 0) = 0 THEN shop.error_body(N'OrderNotShippable', N'The order is not paid in full.')
            WHEN EXISTS (SELECT 1 FROM OPENJSON(ISNULL(@holds, N'[]')))
                THEN shop.error_body(N'OrderNotShippable', N'The order is held.')
            WHEN EXISTS (SELECT 1 FROM shop.order_items AS i WHERE i.order_id = @order_id GROUP BY i.item_id
                         HAVING SUM(i.quantity) > shop.free_stock(i.item_id, @order_id))
                THEN shop.error_body(N'NoStock', N'An article of the order is not on hand.')
        END;
        IF @body IS NULL
        BEGIN
            INSERT shop.shipment_keys ([key], workflow, order_id, request_sha256, run, state, claimed_at)
            VALUES (@key, N'create_shipment', @order_id, HASHBYTES('SHA2_256', @request), @run, 'claimed',
                    SYSUTCDATETIME());
            SELECT @status = 100, @body = N'{}';
        END;
    END;
    COMMIT;
    SELECT @status AS status, @body AS body;
END;
GO

-- @bought is what the carrier answered, in the form of create_shipment's own response without `key` and `order_id`.
CREATE OR ALTER PROCEDURE shop.keep_shipment
    @key NVARCHAR(200), @run NVARCHAR(100), @order_id NVARCHAR(100), @is_return BIT, @test_mode BIT,
    @bought NVARCHAR(MAX) AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @body NVARCHAR(MAX), @before NVARCHAR(60), @number NVARCHAR(60) = JSON_VALUE(@bought, '$.number');
    SET @order_id = shop.find_order_id(@order_id);
    BEGIN TRANSACTION;
    SELECT @body = result FROM shop.shipment_keys WITH (UPDLOCK, HOLDLOCK) WHERE [key] = @key AND state = 'done';
    IF @body IS NULL
    BEGIN
        SELECT @before = status FROM shop.orders WITH (UPDLOCK, HOLDLOCK) WHERE id = @order_id;
        INSERT shop.shipments (number, [key], order_id, carrier, service, is_return, test_mode, status_before, items,
                               reserved, created_at, void_by)
        SELECT @number, @key, @order_id, JSON_VALUE(@bought, '$.carrier'), JSON_VALUE(@bought, '$.service'), @is_return,
               @test_mode, @before,
               ISNULL((SELECT item_id, quantity FROM shop.order_items WHERE order_id = @order_id FOR JSON PATH), N'[]'),
               ISNULL((SELECT item_id, quantity FROM shop.reservations WHERE order_id = @order_id FOR JSON PATH),
                      N'[]'),
               SYSUTCDATETIME(), CONVERT(DATETIME2(3), JSON_VALUE(@bought, '$.void_by'), 127);
        INSERT shop.tracking_numbers (tracking_number, number)
        SELECT value, @number FROM OPENJSON(@bought, '$.tracking_numbers');
        INSERT shop.labels (number, media_type, content, sha256)
        SELECT @number, media_type,
               CAST(N'' AS XML).value('xs:base64Binary(sql:column("content_base64"))', 'VARBINARY(MAX)'), sha256
        FROM OPENJSON(@bought, '$.label')
        WITH (media_type NVARCHAR(40), content_base64 VARCHAR(MAX), sha256 CHAR(64));
        IF @is_return = 0 AND @test_mode = 0
        BEGIN
            UPDATE shop.orders SET status = N'processed', version = version + 1 WHERE id = @order_id;
            UPDATE v SET stock = v.stock - i.quantity
            FROM shop.variants AS v
            JOIN (SELECT item_id, SUM(quantity) AS quantity FROM shop.order_items WHERE order_id = @order_id
                  GROUP BY item_id) AS i ON i.item_id = v.item_id
            WHERE v.stock IS NOT NULL;
            DELETE shop.reservations WHERE order_id = @order_id;
            INSERT shop.fulfillments (order_id, line, tracking_numbers, item_ids, shipment)
            SELECT @order_id, ISNULL((SELECT MAX(line) + 1 FROM shop.fulfillments WHERE order_id = @order_id), 0),
                   JSON_QUERY(@bought, '$.tracking_numbers'),
                   (SELECT N'[' + STRING_AGG(N'"' + STRING_ESCAPE(i.item_id, 'json') + N'"', N',') + N']'
                    FROM shop.order_items AS i
                    JOIN (SELECT TOP (1000) ROW_NUMBER() OVER (ORDER BY object_id) AS n FROM sys.all_objects) AS c
                      ON c.n <= i.quantity
                    WHERE i.order_id = @order_id),
                   @number;
        END;
        SET @body = JSON_MODIFY(JSON_MODIFY(@bought, '$.key', @key), '$.order_id', @order_id);
        UPDATE shop.shipment_keys SET state = 'done', result = @body WHERE [key] = @key;
    END;
    COMMIT;
    SELECT 200 AS status, @body AS body;
END;
GO

CREATE OR ALTER PROCEDURE shop.claim_void
    @key NVARCHAR(200), @run NVARCHAR(100), @request NVARCHAR(MAX), @order_id NVARCHAR(100),
    @tracking_number NVARCHAR(60) AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @status INT, @body NVARCHAR(MAX), @number NVARCHAR(60), @void_by DATETIME2(3);
    SET @order_id = shop.find_order_id(@order_id);
    BEGIN TRANSACTION;
    EXEC shop.answer_of_key @key, @run, @request, @status OUTPUT, @body OUTPUT;
    IF @status IS NULL
    BEGIN
        SELECT @number = s.number, @void_by = s.void_by
        FROM shop.shipments AS s WITH (UPDLOCK, HOLDLOCK) JOIN shop.tracking_numbers AS t ON t.number = s.number
        WHERE t.tracking_number = @tracking_number AND s.order_id = @order_id AND s.voided_at IS NULL;
        SELECT @status = 409, @body = CASE
            WHEN @number IS NULL THEN shop.error_body(N'ShipmentNotFound', N'The order has no such shipment.')
            WHEN @void_by < SYSUTCDATETIME()
                THEN shop.error_body(N'VoidDeadlinePassed', N'It is too late to give it back.')
        END;
        IF @body IS NULL
        BEGIN
            INSERT shop.shipment_keys ([key], workflow, order_id, request_sha256, run, state, claimed_at)
            VALUES (@key, N'void_shipment', @order_id, HASHBYTES('SHA2_256', @request), @run, 'claimed',
                    SYSUTCDATETIME());
            SELECT @status = 100, @body = N'{}';
        END;
    END;
    COMMIT;
    SELECT @status AS status, @body AS body;
END;
GO

CREATE OR ALTER PROCEDURE shop.keep_void
    @key NVARCHAR(200), @run NVARCHAR(100), @order_id NVARCHAR(100), @tracking_number NVARCHAR(60),
    @reason NVARCHAR(1000), @voided NVARCHAR(MAX) AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @body NVARCHAR(MAX), @number NVARCHAR(60), @moved BIT, @before NVARCHAR(60), @items NVARCHAR(MAX),
            @reserved NVARCHAR(MAX), @now DATETIME2(3) = SYSUTCDATETIME();
    SET @order_id = shop.find_order_id(@order_id);
    BEGIN TRANSACTION;
    SELECT @body = result FROM shop.shipment_keys WITH (UPDLOCK, HOLDLOCK) WHERE [key] = @key AND state = 'done';
    IF @body IS NULL
    BEGIN
        SELECT @number = s.number, @before = s.status_before, @items = s.items, @reserved = s.reserved,
               @moved = IIF(s.is_return = 0 AND s.test_mode = 0, 1, 0)
        FROM shop.shipments AS s WITH (UPDLOCK, HOLDLOCK) JOIN shop.tracking_numbers AS t ON t.number = s.number
        WHERE t.tracking_number = @tracking_number;
        UPDATE shop.shipments SET voided_at = @now WHERE number = @number;
        IF @moved = 1
        BEGIN
            UPDATE v SET stock = v.stock + i.quantity
            FROM shop.variants AS v
            JOIN (SELECT item_id, SUM(quantity) AS quantity
                  FROM OPENJSON(@items) WITH (item_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2, quantity INT)
                  GROUP BY item_id) AS i
              ON i.item_id = v.item_id
            WHERE v.stock IS NOT NULL;
            INSERT shop.reservations (order_id, item_id, quantity)
            SELECT @order_id, item_id, quantity FROM OPENJSON(@reserved) WITH (item_id NVARCHAR(100), quantity INT);
            DELETE shop.fulfillments WHERE order_id = @order_id AND shipment = @number;
            UPDATE shop.orders SET version = version + 1,
                   status = IIF(EXISTS (SELECT 1 FROM shop.fulfillments WHERE order_id = @order_id), status, @before)
            WHERE id = @order_id;
        END;
        SET @body = (SELECT @key AS [key], @order_id AS order_id, @tracking_number AS tracking_number,
                            ISNULL(JSON_VALUE(@voided, '$.refund_status'), N'submitted') AS refund_status,
                            CONVERT(NVARCHAR(30), @now, 126) + N'Z' AS voided_at
                     FOR JSON PATH, WITHOUT_ARRAY_WRAPPER);
        UPDATE shop.shipment_keys SET state = 'done', result = @body WHERE [key] = @key;
    END;
    COMMIT;
    SELECT 200 AS status, @body AS body;
END;
GO

-- The carrier said no, and has done nothing: the key may be used again.
CREATE OR ALTER PROCEDURE shop.release_key @key NVARCHAR(200), @run NVARCHAR(100) AS
BEGIN
    SET NOCOUNT ON;
    DELETE shop.shipment_keys WHERE [key] = @key AND run = @run AND state = 'claimed';
    SELECT 200 AS status, N'{}' AS body;
END;
GO

-- A claim whose run died is neither done nor absent: the carrier may have acted. It is told as an error, which the
-- program keeps as unknown until a person calls again with the same key.
CREATE OR ALTER PROCEDURE shop.find_shipment @key NVARCHAR(200) AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @state NVARCHAR(10), @at DATETIME2(3), @result NVARCHAR(MAX);
    SELECT @state = state, @at = claimed_at, @result = result FROM shop.shipment_keys WHERE [key] = @key;
    IF @state IS NULL
        SELECT 200 AS status, N'{"state":"absent","result":null}' AS body;
    ELSE IF @state = 'done'
        SELECT 200 AS status, JSON_MODIFY(N'{"state":"done"}', '$.result', JSON_QUERY(@result)) AS body;
    ELSE IF @at > DATEADD(MINUTE, -10, SYSUTCDATETIME())
        SELECT 200 AS status, N'{"state":"running","result":null}' AS body;
    ELSE
        SELECT 502 AS status, shop.error_body(N'ShipmentNotSettled',
            N'A run with this key died, and the carrier may have acted: call again with the same key.') AS body;
END;
GO
