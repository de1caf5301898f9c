-- What the changing workflows of the shop call. Each procedure is one transaction with the row of its key in
-- shop.changes: a repetition of the key gives the first answer, another request under it is refused (422), a condition
-- that does not hold is refused with its code (409, or 400 for a request without a field that it needs) and nothing is
-- kept. The conditions are those of docs/orders.md.

CREATE OR ALTER PROCEDURE shop.refuse
    @code NVARCHAR(50),
    @message NVARCHAR(1000),
    @status INT = 409
AS
BEGIN
    -- Ends the caller's transaction by an error whose number is 50000 more than the answer's status.
    DECLARE @number INT = 50000 + @status;
    DECLARE @text NVARCHAR(2048) = CONCAT(@code, N'|', REPLACE(@message, N'%', N'%%'));
    THROW @number, @text, 1;
END;
GO

CREATE OR ALTER PROCEDURE shop.answer_refusal
    @number INT,
    @text NVARCHAR(2048)
AS
BEGIN
    SELECT @number - 50000 AS status, (
        SELECT
            LEFT(@text, CHARINDEX(N'|', @text) - 1) AS [error.code],
            SUBSTRING(@text, CHARINDEX(N'|', @text) + 1, 2048) AS [error.message]
        FOR JSON PATH, WITHOUT_ARRAY_WRAPPER
    ) AS body;
END;
GO

CREATE OR ALTER PROCEDURE shop.find_done
    @key NVARCHAR(200),
    @sha256 BINARY(32),
    @result NVARCHAR(MAX) OUTPUT
AS
BEGIN
    -- Within the caller's transaction: what the key did before, else nothing, and nobody else may use the key until the
    -- transaction ends.
    DECLARE @before BINARY(32);
    SELECT @result = c.result, @before = c.request_sha256
    FROM shop.changes AS c WITH (UPDLOCK, HOLDLOCK)
    WHERE c.[key] = @key;
    IF @before <> @sha256
        EXEC shop.refuse
            @code = N'IdempotencyKeyReused', @message = N'This key came before with another request: make a new key.',
            @status = 422;
END;
GO

CREATE OR ALTER PROCEDURE shop.move_money
    @order_id NVARCHAR(100),
    @kind NVARCHAR(10),
    @amount DECIMAL(19, 4),
    @method NVARCHAR(100)
AS
BEGIN
    -- Notes a payment or refund on an order; the balance of a gift card follows.
    INSERT INTO shop.payments (order_id, line, kind, amount, payment_method_id)
    SELECT @order_id, COALESCE(MAX(p.line) + 1, 0), @kind, @amount, @method
    FROM shop.payments AS p
    WHERE p.order_id = @order_id;
    UPDATE m
    SET m.balance = COALESCE(m.balance, 0) + CASE WHEN @kind = N'refund' THEN @amount ELSE -@amount END
    FROM shop.payment_methods AS m
    INNER JOIN shop.orders AS o ON o.customer_id = m.customer_id
    WHERE o.id = @order_id AND m.id = @method AND m.kind = N'gift_card';
END;
GO

CREATE OR ALTER PROCEDURE shop.check_method
    @order_id NVARCHAR(100),
    @method NVARCHAR(100),
    @covers DECIMAL(19, 4)
AS
BEGIN
    -- The method is of the order's customer, and a gift card covers the amount.
    DECLARE @kind NVARCHAR(20), @balance DECIMAL(19, 4);
    SELECT @kind = m.kind, @balance = COALESCE(m.balance, 0)
    FROM shop.payment_methods AS m WITH (UPDLOCK)
    INNER JOIN shop.orders AS o ON o.customer_id = m.customer_id
    WHERE o.id = @order_id AND m.id = @method;
    IF @kind IS NULL
        EXEC shop.refuse
            @code = N'PaymentMethodNotFound', @message = N'That is no way to pay of the order''s customer.';
    IF @kind = N'gift_card' AND @balance < @covers
        EXEC shop.refuse @code = N'BalanceTooLow', @message = N'The gift card does not cover the amount.';
END;
GO

CREATE OR ALTER PROCEDURE shop.cancel_order
    @order_id NVARCHAR(100),
    @reason NVARCHAR(200)
AS
BEGIN
    IF COALESCE(@reason, N'') = N''
        EXEC shop.refuse @code = N'FieldMissing', @message = N'cancel needs the field reason: give it.', @status = 400;
    IF @reason NOT IN (N'no longer needed', N'ordered by mistake')
        EXEC shop.refuse
            @code = N'ReasonNotAllowed',
            @message = N'The reason cancels no order: give ''no longer needed'' or ''ordered by mistake''.';
    -- each payment is paid back, less what was paid back to its method before
    DECLARE @owed TABLE (line INT PRIMARY KEY, method NVARCHAR(100), amount DECIMAL(19, 4));
    INSERT INTO @owed (line, method, amount)
    SELECT
        p.line, p.payment_method_id,
        p.amount - CASE
            WHEN b.back - p.before <= 0 THEN 0
            WHEN b.back - p.before >= p.amount THEN p.amount
            ELSE b.back - p.before
        END
    FROM (
        SELECT
            line, payment_method_id, amount,
            SUM(amount) OVER (PARTITION BY payment_method_id ORDER BY line) - amount AS before
        FROM shop.payments
        WHERE order_id = @order_id AND kind = N'payment'
    ) AS p
    CROSS APPLY (
        SELECT COALESCE(SUM(r.amount), 0) AS back
        FROM shop.payments AS r
        WHERE r.order_id = @order_id AND r.kind = N'refund' AND r.payment_method_id = p.payment_method_id
    ) AS b;
    DECLARE @line INT = -1, @method NVARCHAR(100), @amount DECIMAL(19, 4);
    WHILE 1 = 1
    BEGIN
        SELECT TOP (1) @line = line, @method = method, @amount = amount
        FROM @owed
        WHERE line > @line AND amount > 0
        ORDER BY line;
        IF @@ROWCOUNT = 0 BREAK;
        EXEC shop.move_money @order_id = @order_id, @kind = N'refund', @amount = @amount, @method = @method;
    END;
    DELETE FROM shop.reservations WHERE order_id = @order_id;
    UPDATE shop.orders
    SET status = N'cancelled', details = JSON_MODIFY(details, '$.cancel_reason', @reason)
    WHERE id = @order_id;
END;
GO

CREATE OR ALTER PROCEDURE shop.modify_address
    @order_id NVARCHAR(100),
    @address NVARCHAR(MAX)
AS
BEGIN
    IF @address IS NULL
        EXEC shop.refuse
            @code = N'FieldMissing', @message = N'modify_address needs the field address: give it.', @status = 400;
    -- who receives it stays, unless the address names somebody
    DECLARE @old NVARCHAR(MAX);
    SELECT @old = address FROM shop.orders WHERE id = @order_id;
    IF COALESCE(JSON_VALUE(@address, '$.person_name'), N'') = N''
        SET @address = JSON_MODIFY(@address, '$.person_name', COALESCE(JSON_VALUE(@old, '$.person_name'), N''));
    IF COALESCE(JSON_VALUE(@address, '$.phone_number'), N'') = N''
        SET @address = JSON_MODIFY(@address, '$.phone_number', COALESCE(JSON_VALUE(@old, '$.phone_number'), N''));
    IF COALESCE(JSON_VALUE(@address, '$.email'), N'') = N''
        SET @address = JSON_MODIFY(@address, '$.email', COALESCE(JSON_VALUE(@old, '$.email'), N''));
    UPDATE shop.orders SET address = @address WHERE id = @order_id;
END;
GO

CREATE OR ALTER PROCEDURE shop.modify_payment
    @order_id NVARCHAR(100),
    @method NVARCHAR(100)
AS
BEGIN
    IF COALESCE(@method, N'') = N''
        EXEC shop.refuse
            @code = N'FieldMissing', @message = N'modify_payment needs the field payment_method_id: give it.',
            @status = 400;
    DECLARE @count INT, @amount DECIMAL(19, 4), @before NVARCHAR(100);
    SELECT
        @count = COUNT(*), @amount = MIN(p.amount),
        @before = MIN(CASE WHEN p.kind = N'payment' THEN p.payment_method_id END)
    FROM shop.payments AS p
    WHERE p.order_id = @order_id;
    EXEC shop.check_method @order_id = @order_id, @method = @method, @covers = 0;
    IF @count <> 1 OR @before IS NULL
        EXEC shop.refuse
            @code = N'PaymentNotSingle', @message = N'The order has other than one payment and no refund.';
    IF @before = @method
        EXEC shop.refuse @code = N'SamePaymentMethod', @message = N'The order is paid by that already.';
    EXEC shop.check_method @order_id = @order_id, @method = @method, @covers = @amount;
    EXEC shop.move_money @order_id = @order_id, @kind = N'payment', @amount = @amount, @method = @method;
    EXEC shop.move_money @order_id = @order_id, @kind = N'refund', @amount = @amount, @method = @before;
END;
GO

CREATE OR ALTER PROCEDURE shop.choose_pieces
    @order_id NVARCHAR(100),
    @item_ids NVARCHAR(MAX),
    @new_item_ids NVARCHAR(MAX)
AS
BEGIN
    -- Gives the rows of shop.swaps: the nth mention of an article means its nth piece. Without new ids, what becomes of
    -- the pieces is null.
    IF @item_ids IS NULL OR NOT EXISTS (SELECT 1 FROM OPENJSON(@item_ids))
        EXEC shop.refuse @code = N'FieldMissing', @message = N'The field item_ids is needed: give it.', @status = 400;
    IF @new_item_ids IS NOT NULL
        AND (SELECT COUNT(*) FROM OPENJSON(@item_ids)) <> (SELECT COUNT(*) FROM OPENJSON(@new_item_ids))
        EXEC shop.refuse
            @code = N'ItemCountDiffers', @message = N'There are not as many new items as items: name one for each.';
    DECLARE @chosen shop.swaps;
    WITH asked AS (
        SELECT
            CAST(a.[key] AS INT) AS place,
            a.value COLLATE Latin1_General_100_BIN2 AS item_id,
            ROW_NUMBER() OVER (
                PARTITION BY a.value COLLATE Latin1_General_100_BIN2 ORDER BY CAST(a.[key] AS INT)
            ) AS nth
        FROM OPENJSON(@item_ids) AS a
    ),
    lines AS (
        SELECT
            i.item_id, i.line, i.price, i.product_id,
            SUM(i.quantity) OVER (PARTITION BY i.item_id ORDER BY i.line) AS up_to,
            SUM(i.quantity) OVER (PARTITION BY i.item_id ORDER BY i.line) - i.quantity AS before
        FROM shop.order_items AS i
        WHERE i.order_id = @order_id
    )
    INSERT INTO @chosen (place, item_id, line, old_price, new_item_id, new_price)
    SELECT asked.place, asked.item_id, lines.line, lines.price, v.item_id, v.price
    FROM asked
    INNER JOIN lines
        ON lines.item_id = asked.item_id AND asked.nth > lines.before AND asked.nth <= lines.up_to
    LEFT JOIN OPENJSON(@new_item_ids) AS n ON CAST(n.[key] AS INT) = asked.place
    LEFT JOIN shop.variants AS v
        ON v.item_id = n.value COLLATE Latin1_General_100_BIN2 AND v.product_id = lines.product_id;
    IF (SELECT COUNT(*) FROM @chosen) <> (SELECT COUNT(*) FROM OPENJSON(@item_ids))
        EXEC shop.refuse @code = N'ItemNotFound', @message = N'The order does not have that many of an article.';
    IF @new_item_ids IS NOT NULL AND EXISTS (SELECT 1 FROM @chosen WHERE new_item_id IS NULL)
        EXEC shop.refuse
            @code = N'ItemNotFound', @message = N'A new item is no article of the same product as the old one.';
    IF EXISTS (
        SELECT 1
        FROM (SELECT new_item_id, COUNT(*) AS pieces FROM @chosen GROUP BY new_item_id) AS c
        INNER JOIN shop.variants AS v WITH (UPDLOCK) ON v.item_id = c.new_item_id
        WHERE v.available = 0 OR shop.free_stock(v.item_id, @order_id) < c.pieces
    )
        EXEC shop.refuse @code = N'NoStock', @message = N'A new item cannot be had that many times now.';
    SELECT place, item_id, line, old_price, new_item_id, new_price FROM @chosen;
END;
GO

CREATE OR ALTER PROCEDURE shop.set_aside
    @order_id NVARCHAR(100),
    @swaps shop.swaps READONLY,
    @frees BIT
AS
BEGIN
    -- Sets new pieces aside that are counted, and where asked to lets go of as many old ones as were.
    WITH wanted AS (
        SELECT moved.item_id, SUM(moved.pieces) AS pieces
        FROM (
            SELECT s.new_item_id AS item_id, 1 AS pieces
            FROM @swaps AS s
            INNER JOIN shop.variants AS v ON v.item_id = s.new_item_id
            WHERE v.stock IS NOT NULL
            UNION ALL
            SELECT s.item_id, -1 FROM @swaps AS s WHERE @frees = 1
        ) AS moved
        GROUP BY moved.item_id
    )
    MERGE shop.reservations WITH (HOLDLOCK) AS r
    USING wanted AS w ON r.order_id = @order_id AND r.item_id = w.item_id
    WHEN MATCHED AND r.quantity + w.pieces <= 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET quantity = r.quantity + w.pieces
    WHEN NOT MATCHED AND w.pieces > 0 THEN
        INSERT (order_id, item_id, quantity) VALUES (@order_id, w.item_id, w.pieces);
END;
GO

CREATE OR ALTER PROCEDURE shop.modify_items
    @order_id NVARCHAR(100),
    @item_ids NVARCHAR(MAX),
    @new_item_ids NVARCHAR(MAX),
    @agreed DECIMAL(19, 4),
    @method NVARCHAR(100)
AS
BEGIN
    DECLARE @unpaid BIT = 0, @difference DECIMAL(19, 4), @swaps shop.swaps;
    SELECT @unpaid = CASE WHEN paid = 0 THEN 1 ELSE 0 END FROM shop.orders WHERE id = @order_id;
    IF @new_item_ids IS NULL OR (@unpaid = 0 AND COALESCE(@method, N'') = N'')
        EXEC shop.refuse
            @code = N'FieldMissing',
            @message = N'modify_items needs the fields item_ids, new_item_ids and payment_method_id: give them.',
            @status = 400;
    INSERT INTO @swaps (place, item_id, line, old_price, new_item_id, new_price)
    EXEC shop.choose_pieces @order_id = @order_id, @item_ids = @item_ids, @new_item_ids = @new_item_ids;
    IF EXISTS (SELECT 1 FROM @swaps WHERE item_id = new_item_id)
        EXEC shop.refuse @code = N'SameItem', @message = N'An item would be exchanged for itself.';
    SELECT @difference = SUM(new_price - old_price) FROM @swaps;
    IF @agreed <> @difference
        EXEC shop.refuse
            @code = N'PriceChanged', @message = N'The difference in price is another than was agreed on: read it again.';
    IF @unpaid = 0
    BEGIN
        EXEC shop.check_method @order_id = @order_id, @method = @method, @covers = @difference;
        DECLARE @kind NVARCHAR(10) = CASE WHEN @difference > 0 THEN N'payment' ELSE N'refund' END;
        DECLARE @amount DECIMAL(19, 4) = ABS(@difference);
        EXEC shop.move_money @order_id = @order_id, @kind = @kind, @amount = @amount, @method = @method;
    END;
    -- what is left of each line, and after it what its pieces became
    DECLARE @lines TABLE (
        place INT IDENTITY PRIMARY KEY, item_id NVARCHAR(100), product_id NVARCHAR(100), name NVARCHAR(500),
        options NVARCHAR(MAX), price DECIMAL(19, 4), quantity INT, goods NVARCHAR(MAX)
    );
    INSERT INTO @lines (item_id, product_id, name, options, price, quantity, goods)
    SELECT kept.item_id, kept.product_id, kept.name, kept.options, kept.price, kept.quantity, kept.goods
    FROM (
        SELECT
            i.line, -1 AS place, i.item_id, i.product_id, i.name, i.options, i.price,
            i.quantity - (SELECT COUNT(*) FROM @swaps AS s WHERE s.line = i.line) AS quantity, i.goods
        FROM shop.order_items AS i
        WHERE i.order_id = @order_id
        UNION ALL
        SELECT c.line, c.place, v.item_id, v.product_id, i.name, v.options, v.price, c.pieces, v.goods
        FROM (
            SELECT line, new_item_id, MIN(place) AS place, COUNT(*) AS pieces FROM @swaps GROUP BY line, new_item_id
        ) AS c
        INNER JOIN shop.variants AS v ON v.item_id = c.new_item_id
        INNER JOIN shop.order_items AS i ON i.order_id = @order_id AND i.line = c.line
    ) AS kept
    WHERE kept.quantity > 0
    ORDER BY kept.line, kept.place;
    DELETE FROM shop.order_items WHERE order_id = @order_id;
    INSERT INTO shop.order_items (order_id, line, item_id, product_id, name, options, price, quantity, goods)
    SELECT @order_id, place - 1, item_id, product_id, name, options, price, quantity, goods FROM @lines;
    EXEC shop.set_aside @order_id = @order_id, @swaps = @swaps, @frees = 1;
    UPDATE shop.orders SET status = N'pending (items modified)' WHERE id = @order_id;
END;
GO

CREATE OR ALTER FUNCTION shop.sorted_ids (@ids NVARCHAR(MAX))
RETURNS NVARCHAR(MAX)
AS
BEGIN
    DECLARE @sorted NVARCHAR(MAX);
    SELECT @sorted = STRING_AGG(CAST(N'"' + STRING_ESCAPE(a.value, 'json') + N'"' AS NVARCHAR(MAX)), N',')
        WITHIN GROUP (ORDER BY a.value COLLATE Latin1_General_100_BIN2)
    FROM OPENJSON(@ids) AS a;
    RETURN CONCAT(N'[', @sorted, N']');
END;
GO

CREATE OR ALTER PROCEDURE shop.return_items
    @order_id NVARCHAR(100),
    @item_ids NVARCHAR(MAX),
    @method NVARCHAR(100)
AS
BEGIN
    IF COALESCE(@method, N'') = N''
        EXEC shop.refuse
            @code = N'FieldMissing', @message = N'return needs the fields item_ids and payment_method_id: give them.',
            @status = 400;
    DECLARE @pieces shop.swaps, @paid_by NVARCHAR(100), @kind NVARCHAR(20);
    INSERT INTO @pieces (place, item_id, line, old_price, new_item_id, new_price)
    EXEC shop.choose_pieces @order_id = @order_id, @item_ids = @item_ids, @new_item_ids = NULL;
    EXEC shop.check_method @order_id = @order_id, @method = @method, @covers = 0;
    SELECT TOP (1) @paid_by = payment_method_id
    FROM shop.payments
    WHERE order_id = @order_id AND kind = N'payment'
    ORDER BY line;
    SELECT @kind = m.kind
    FROM shop.payment_methods AS m
    INNER JOIN shop.orders AS o ON o.customer_id = m.customer_id
    WHERE o.id = @order_id AND m.id = @method;
    IF @kind <> N'gift_card' AND (@paid_by IS NULL OR @paid_by <> @method)
        EXEC shop.refuse
            @code = N'PaymentMethodNotAllowed',
            @message = N'A return is paid back to where the payment came from, or to a gift card.';
    UPDATE shop.orders
    SET
        status = N'return requested',
        details = JSON_MODIFY(
            JSON_MODIFY(details, '$.return_items', JSON_QUERY(shop.sorted_ids(@item_ids))),
            '$.return_payment_method_id', @method
        )
    WHERE id = @order_id;
END;
GO

CREATE OR ALTER PROCEDURE shop.exchange_items
    @order_id NVARCHAR(100),
    @item_ids NVARCHAR(MAX),
    @new_item_ids NVARCHAR(MAX),
    @agreed DECIMAL(19, 4),
    @method NVARCHAR(100)
AS
BEGIN
    IF @new_item_ids IS NULL OR COALESCE(@method, N'') = N''
        EXEC shop.refuse
            @code = N'FieldMissing',
            @message = N'exchange needs the fields item_ids, new_item_ids and payment_method_id: give them.',
            @status = 400;
    DECLARE @difference DECIMAL(19, 4), @swaps shop.swaps;
    INSERT INTO @swaps (place, item_id, line, old_price, new_item_id, new_price)
    EXEC shop.choose_pieces @order_id = @order_id, @item_ids = @item_ids, @new_item_ids = @new_item_ids;
    SELECT @difference = SUM(new_price - old_price) FROM @swaps;
    IF @agreed <> @difference
        EXEC shop.refuse
            @code = N'PriceChanged', @message = N'The difference in price is another than was agreed on: read it again.';
    EXEC shop.check_method @order_id = @order_id, @method = @method, @covers = @difference;
    EXEC shop.set_aside @order_id = @order_id, @swaps = @swaps, @frees = 0;
    UPDATE shop.orders
    SET
        status = N'exchange requested',
        details = JSON_MODIFY(JSON_MODIFY(JSON_MODIFY(JSON_MODIFY(
            details, '$.exchange_items', JSON_QUERY(shop.sorted_ids(@item_ids))),
            '$.exchange_new_items', JSON_QUERY(shop.sorted_ids(@new_item_ids))),
            '$.exchange_payment_method_id', @method),
            '$.exchange_price_difference', @difference)
    WHERE id = @order_id;
END;
GO

CREATE OR ALTER PROCEDURE shop.check_status
    @order_id NVARCHAR(100),
    @operation NVARCHAR(20)
AS
BEGIN
    DECLARE @status NVARCHAR(50), @left BIT;
    SELECT
        @status = o.status,
        @left = CASE WHEN EXISTS (SELECT 1 FROM shop.fulfillments AS f WHERE f.order_id = o.id) THEN 1 ELSE 0 END
    FROM shop.orders AS o
    WHERE o.id = @order_id;
    IF @operation IN (N'return', N'exchange')
    BEGIN
        IF @status <> N'delivered'
            EXEC shop.refuse
                @code = N'NotDelivered',
                @message = N'Only a delivered order is returned or exchanged, and once.';
        RETURN;
    END;
    IF @left = 1 AND @status LIKE N'pending%'
        EXEC shop.refuse @code = N'NotPending', @message = N'Part of the order has left: it is pending no more.';
    IF @status = N'pending'
        OR (@status = N'pending (items modified)' AND @operation IN (N'modify_address', N'modify_payment'))
        RETURN;
    EXEC shop.refuse @code = N'NotPending', @message = N'Only a pending order can be changed so.';
END;
GO

CREATE OR ALTER PROCEDURE shop.update_order
    @key NVARCHAR(200),
    @order_id NVARCHAR(100),
    @order_version INT = NULL,
    @operation NVARCHAR(20),
    @reason NVARCHAR(200) = NULL,
    @address NVARCHAR(MAX) = NULL,
    @item_ids NVARCHAR(MAX) = NULL,
    @new_item_ids NVARCHAR(MAX) = NULL,
    @price_difference DECIMAL(19, 4) = NULL,
    @payment_method_id NVARCHAR(100) = NULL
AS
BEGIN
    SET NOCOUNT, XACT_ABORT ON;
    DECLARE @sha256 BINARY(32) = HASHBYTES('SHA2_256', CONCAT_WS(
        NCHAR(31), N'update_order', @order_id, COALESCE(@order_version, -1), @operation, COALESCE(@reason, N''),
        COALESCE(@address, N''), COALESCE(@item_ids, N''), COALESCE(@new_item_ids, N''),
        COALESCE(CONVERT(NVARCHAR(40), @price_difference), N''), COALESCE(@payment_method_id, N'')
    ));
    DECLARE @result NVARCHAR(MAX), @id NVARCHAR(100), @version INT, @done_at DATETIMEOFFSET(3), @lines INT;
    BEGIN TRY
        BEGIN TRANSACTION;
        EXEC shop.find_done @key = @key, @sha256 = @sha256, @result = @result OUTPUT;
        IF @result IS NULL
        BEGIN
            SET @id = shop.find_order_id(@order_id);
            SELECT @version = o.version FROM shop.orders AS o WITH (UPDLOCK, HOLDLOCK) WHERE o.id = @id;
            IF @version IS NULL
                EXEC shop.refuse @code = N'OrderNotFound', @message = N'There is no such order.';
            IF @order_version <> @version
                EXEC shop.refuse
                    @code = N'OrderChanged', @message = N'The order has another version than was decided on: read it again.';
            SELECT @lines = COALESCE(MAX(line), -1) FROM shop.payments WHERE order_id = @id;
            EXEC shop.check_status @order_id = @id, @operation = @operation;
            IF @operation = N'cancel'
                EXEC shop.cancel_order @order_id = @id, @reason = @reason;
            ELSE IF @operation = N'modify_address'
                EXEC shop.modify_address @order_id = @id, @address = @address;
            ELSE IF @operation = N'modify_payment'
                EXEC shop.modify_payment @order_id = @id, @method = @payment_method_id;
            ELSE IF @operation = N'modify_items'
                EXEC shop.modify_items
                    @order_id = @id, @item_ids = @item_ids, @new_item_ids = @new_item_ids,
                    @agreed = @price_difference, @method = @payment_method_id;
            ELSE IF @operation = N'return'
                EXEC shop.return_items @order_id = @id, @item_ids = @item_ids, @method = @payment_method_id;
            ELSE IF @operation = N'exchange'
                EXEC shop.exchange_items
                    @order_id = @id, @item_ids = @item_ids, @new_item_ids = @new_item_ids,
                    @agreed = @price_difference, @method = @payment_method_id;
            ELSE
                EXEC shop.refuse @code = N'OperationUnknown', @message = N'There is no such operation.', @status = 400;
            UPDATE shop.orders SET version = version + 1 WHERE id = @id;
            SET @done_at = SYSUTCDATETIME();
            DECLARE @refunds NVARCHAR(MAX) = (
                SELECT p.amount, p.payment_method_id
                FROM shop.payments AS p
                WHERE p.order_id = @id AND p.line > @lines AND p.kind = N'refund' AND p.amount > 0
                ORDER BY p.line
                FOR JSON PATH
            );
            DECLARE @charges NVARCHAR(MAX) = (
                SELECT p.amount, p.payment_method_id
                FROM shop.payments AS p
                WHERE p.order_id = @id AND p.line > @lines AND p.kind = N'payment' AND p.amount > 0
                ORDER BY p.line
                FOR JSON PATH
            );
            SET @result = (
                SELECT
                    @key AS [key], o.id AS order_id, @operation AS operation, o.status, o.version,
                    JSON_QUERY(COALESCE(@refunds, N'[]')) AS refunds,
                    JSON_QUERY(COALESCE(@charges, N'[]')) AS charges,
                    CONVERT(NVARCHAR(30), @done_at, 127) AS done_at
                FROM shop.orders AS o
                WHERE o.id = @id
                FOR JSON PATH, WITHOUT_ARRAY_WRAPPER
            );
            INSERT INTO shop.changes ([key], workflow, request_sha256, result, done_at)
            VALUES (@key, N'update_order', @sha256, @result, @done_at);
        END;
        COMMIT TRANSACTION;
        SELECT 200 AS status, @result AS body;
    END TRY
    BEGIN CATCH
        DECLARE @number INT = ERROR_NUMBER(), @text NVARCHAR(2048) = ERROR_MESSAGE();
        IF XACT_STATE() <> 0 ROLLBACK TRANSACTION;
        IF @number BETWEEN 50400 AND 50499
            EXEC shop.answer_refusal @number = @number, @text = @text;
        ELSE
            THROW;
    END CATCH;
END;
GO

CREATE OR ALTER PROCEDURE shop.update_customer
    @key NVARCHAR(200),
    @customer_id NVARCHAR(100),
    @address NVARCHAR(MAX)
AS
BEGIN
    SET NOCOUNT, XACT_ABORT ON;
    DECLARE @sha256 BINARY(32) = HASHBYTES(
        'SHA2_256', CONCAT_WS(NCHAR(31), N'update_customer', @customer_id, COALESCE(@address, N''))
    );
    DECLARE @result NVARCHAR(MAX), @done_at DATETIMEOFFSET(3);
    BEGIN TRY
        BEGIN TRANSACTION;
        EXEC shop.find_done @key = @key, @sha256 = @sha256, @result = @result OUTPUT;
        IF @result IS NULL
        BEGIN
            UPDATE shop.customers SET address = @address WHERE id = @customer_id;
            IF @@ROWCOUNT = 0
                EXEC shop.refuse @code = N'CustomerNotFound', @message = N'There is no such customer.';
            SET @done_at = SYSUTCDATETIME();
            SET @result = (
                SELECT
                    @key AS [key], @customer_id AS customer_id, JSON_QUERY(@address) AS address,
                    CONVERT(NVARCHAR(30), @done_at, 127) AS done_at
                FOR JSON PATH, WITHOUT_ARRAY_WRAPPER
            );
            INSERT INTO shop.changes ([key], workflow, request_sha256, result, done_at)
            VALUES (@key, N'update_customer', @sha256, @result, @done_at);
        END;
        COMMIT TRANSACTION;
        SELECT 200 AS status, @result AS body;
    END TRY
    BEGIN CATCH
        DECLARE @number INT = ERROR_NUMBER(), @text NVARCHAR(2048) = ERROR_MESSAGE();
        IF XACT_STATE() <> 0 ROLLBACK TRANSACTION;
        IF @number BETWEEN 50400 AND 50499
            EXEC shop.answer_refusal @number = @number, @text = @text;
        ELSE
            THROW;
    END CATCH;
END;
GO
