-- What the reading workflows of the shop call. Each procedure gives one row: the status and the body of the answer.

CREATE OR ALTER FUNCTION shop.postal_key (@code NVARCHAR(20))
RETURNS NVARCHAR(20)
AS
BEGIN
    -- letters and digits; of a ZIP+4 the ZIP, which is what people know by heart
    DECLARE @kept NVARCHAR(20) = UPPER(REPLACE(REPLACE(@code, N' ', N''), N'-', N''));
    RETURN CASE WHEN LEN(@kept) = 9 AND @kept NOT LIKE N'%[^0-9]%' THEN LEFT(@kept, 5) ELSE @kept END;
END;
GO

CREATE OR ALTER FUNCTION shop.find_order_id (@order_id NVARCHAR(100))
RETURNS NVARCHAR(100)
AS
BEGIN
    -- the id itself, else the one order of which it is the id without its sign, else with a W more or less
    DECLARE @found NVARCHAR(100), @count INT;
    DECLARE @bare NVARCHAR(100) = UPPER(REPLACE(REPLACE(@order_id, N'#', N''), N' ', N''));
    SELECT @found = id FROM shop.orders WHERE id = LTRIM(RTRIM(@order_id));
    IF @found IS NOT NULL OR @bare = N'' RETURN @found;
    SELECT @count = COUNT(*), @found = MIN(id) FROM shop.orders WHERE bare = @bare;
    IF @count = 1 RETURN @found;
    IF @count > 1 RETURN NULL;
    SELECT @count = COUNT(*), @found = MIN(id)
    FROM shop.orders
    WHERE bare = N'W' + @bare OR (LEFT(@bare, 1) = N'W' AND bare = SUBSTRING(@bare, 2, 100));
    RETURN CASE WHEN @count = 1 THEN @found END;
END;
GO

CREATE OR ALTER FUNCTION shop.free_stock (@item_id NVARCHAR(100), @order_id NVARCHAR(100))
RETURNS INT
AS
BEGIN
    -- pieces on hand less those that are set aside for other orders; null where they are not counted
    DECLARE @free INT;
    SELECT @free = v.stock - COALESCE(
        (SELECT SUM(r.quantity) FROM shop.reservations AS r WHERE r.item_id = v.item_id AND r.order_id <> @order_id), 0
    )
    FROM shop.variants AS v
    WHERE v.item_id = @item_id;
    RETURN CASE WHEN @free < 0 THEN 0 ELSE @free END;
END;
GO

CREATE OR ALTER FUNCTION shop.customer_json (@id NVARCHAR(100))
RETURNS NVARCHAR(MAX)
AS
BEGIN
    DECLARE @methods NVARCHAR(MAX) = COALESCE((
        SELECT m.id, m.kind, m.brand, m.last_four, m.balance
        FROM shop.payment_methods AS m
        WHERE m.customer_id = @id
        ORDER BY m.position
        FOR JSON PATH, INCLUDE_NULL_VALUES
    ), N'[]');
    DECLARE @orders NVARCHAR(MAX);
    SELECT @orders = STRING_AGG(CAST(N'"' + STRING_ESCAPE(o.id, 'json') + N'"' AS NVARCHAR(MAX)), N',')
        WITHIN GROUP (ORDER BY o.position, o.id)
    FROM shop.orders AS o
    WHERE o.customer_id = @id;
    RETURN (
        SELECT
            c.id, c.first_name, c.last_name, c.email,
            JSON_QUERY(c.address) AS address,
            JSON_QUERY(@methods) AS payment_methods,
            JSON_QUERY(CONCAT(N'[', @orders, N']')) AS orders
        FROM shop.customers AS c
        WHERE c.id = @id
        FOR JSON PATH, WITHOUT_ARRAY_WRAPPER, INCLUDE_NULL_VALUES
    );
END;
GO

CREATE OR ALTER FUNCTION shop.order_json (@id NVARCHAR(100))
RETURNS NVARCHAR(MAX)
AS
BEGIN
    DECLARE @items NVARCHAR(MAX) = COALESCE((
        SELECT
            i.item_id, i.product_id, i.name, JSON_QUERY(i.options) AS options, i.price, i.quantity,
            JSON_QUERY(i.goods) AS goods
        FROM shop.order_items AS i
        WHERE i.order_id = @id
        ORDER BY i.line
        FOR JSON PATH
    ), N'[]');
    DECLARE @payments NVARCHAR(MAX) = COALESCE((
        SELECT p.kind, p.amount, p.payment_method_id
        FROM shop.payments AS p
        WHERE p.order_id = @id
        ORDER BY p.line
        FOR JSON PATH
    ), N'[]');
    DECLARE @left NVARCHAR(MAX) = COALESCE((
        SELECT
            JSON_QUERY(f.tracking_numbers) AS tracking_numbers, JSON_QUERY(f.item_ids) AS item_ids, f.shipment
        FROM shop.fulfillments AS f
        WHERE f.order_id = @id
        ORDER BY f.line
        FOR JSON PATH
    ), N'[]');
    RETURN (
        SELECT
            o.id, o.customer_id,
            JSON_QUERY(o.address) AS address,
            JSON_QUERY(@items) AS items,
            o.status, o.currency,
            JSON_QUERY(@payments) AS payments,
            JSON_QUERY(@left) AS fulfillments,
            o.paid,
            CONVERT(NVARCHAR(30), SWITCHOFFSET(o.placed_at, '+00:00'), 127) AS placed_at,
            JSON_QUERY(o.holds) AS holds,
            o.version,
            JSON_QUERY(o.details) AS details
        FROM shop.orders AS o
        WHERE o.id = @id
        FOR JSON PATH, WITHOUT_ARRAY_WRAPPER, INCLUDE_NULL_VALUES
    );
END;
GO

CREATE OR ALTER PROCEDURE shop.find_customer
    @customer_id NVARCHAR(100) = NULL,
    @email NVARCHAR(320) = NULL,
    @first_name NVARCHAR(200) = NULL,
    @last_name NVARCHAR(200) = NULL,
    @postal_code NVARCHAR(20) = NULL
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @verified_by NVARCHAR(30) = CASE
        WHEN @customer_id <> N'' AND @email <> N'' THEN N'id_and_email'
        WHEN @customer_id <> N'' AND @postal_code <> N'' THEN N'id_and_postal_code'
        WHEN @customer_id <> N'' THEN NULL
        WHEN @email <> N'' THEN N'email'
        WHEN @first_name <> N'' AND @last_name <> N'' AND @postal_code <> N'' THEN N'name_and_postal_code'
    END;
    DECLARE @matches INT = 0, @id NVARCHAR(100), @customer NVARCHAR(MAX);
    IF @verified_by IS NOT NULL
        SELECT @matches = COUNT(*), @id = MIN(c.id)
        FROM shop.customers AS c
        WHERE (COALESCE(@customer_id, N'') = N'' OR c.id = @customer_id)
            AND (COALESCE(@email, N'') = N'' OR c.email = LTRIM(RTRIM(@email)))
            AND (COALESCE(@first_name, N'') = N'' OR c.first_name = LTRIM(RTRIM(@first_name)))
            AND (COALESCE(@last_name, N'') = N'' OR c.last_name = LTRIM(RTRIM(@last_name)))
            AND (
                COALESCE(@postal_code, N'') = N''
                OR shop.postal_key(JSON_VALUE(c.address, '$.postal_code')) = NULLIF(shop.postal_key(@postal_code), N'')
            );
    IF @matches = 1
        SET @customer = shop.customer_json(@id);
    ELSE
        SET @verified_by = NULL;
    SELECT 200 AS status, (
        SELECT
            CAST(CASE WHEN @matches = 1 THEN 1 ELSE 0 END AS BIT) AS found,
            @matches AS matches,
            JSON_QUERY(@customer) AS customer,
            @verified_by AS verified_by
        FOR JSON PATH, WITHOUT_ARRAY_WRAPPER, INCLUDE_NULL_VALUES
    ) AS body;
END;
GO

CREATE OR ALTER PROCEDURE shop.analyse_order
    @order_id NVARCHAR(100)
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @id NVARCHAR(100) = shop.find_order_id(@order_id);
    DECLARE @stock NVARCHAR(MAX) = COALESCE((
        SELECT
            a.item_id,
            CAST(CASE
                WHEN v.item_id IS NULL THEN 0
                WHEN v.stock IS NULL THEN v.available
                WHEN shop.free_stock(a.item_id, @id) >= a.pieces THEN 1
                ELSE 0
            END AS BIT) AS available,
            shop.free_stock(a.item_id, @id) AS stock
        FROM (
            SELECT i.item_id, SUM(i.quantity) AS pieces, MIN(i.line) AS line
            FROM shop.order_items AS i
            WHERE i.order_id = @id
            GROUP BY i.item_id
        ) AS a
        LEFT JOIN shop.variants AS v ON v.item_id = a.item_id
        ORDER BY a.line
        FOR JSON PATH, INCLUDE_NULL_VALUES
    ), N'[]');
    SELECT 200 AS status, (
        SELECT
            CAST(CASE WHEN @id IS NULL THEN 0 ELSE 1 END AS BIT) AS found,
            JSON_QUERY(shop.order_json(@id)) AS [order],
            JSON_QUERY(@stock) AS stock,
            JSON_QUERY((SELECT f.value FROM shop.facts AS f WHERE f.name = N'ship_from')) AS ship_from,
            JSON_QUERY(COALESCE(shop.shipments_json(@id), N'[]')) AS shipments
        FOR JSON PATH, WITHOUT_ARRAY_WRAPPER, INCLUDE_NULL_VALUES
    ) AS body;
END;
GO

CREATE OR ALTER PROCEDURE shop.read_product
    @product_id NVARCHAR(100)
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @id NVARCHAR(100) = LTRIM(RTRIM(@product_id));
    DECLARE @variants NVARCHAR(MAX) = COALESCE((
        SELECT
            v.item_id, v.product_id, v.name, JSON_QUERY(v.options) AS options, v.price,
            CAST(CASE WHEN shop.free_stock(v.item_id, N'') = 0 THEN 0 ELSE v.available END AS BIT) AS available,
            shop.free_stock(v.item_id, N'') AS stock,
            JSON_QUERY(v.goods) AS goods
        FROM shop.variants AS v
        WHERE v.product_id = @id
        ORDER BY v.position
        FOR JSON PATH, INCLUDE_NULL_VALUES
    ), N'[]');
    DECLARE @product NVARCHAR(MAX) = (
        SELECT p.id, p.name, JSON_QUERY(@variants) AS variants
        FROM shop.products AS p
        WHERE p.id = @id
        FOR JSON PATH, WITHOUT_ARRAY_WRAPPER
    );
    SELECT 200 AS status, (
        SELECT
            CAST(CASE WHEN @product IS NULL THEN 0 ELSE 1 END AS BIT) AS found,
            JSON_QUERY(@product) AS product
        FOR JSON PATH, WITHOUT_ARRAY_WRAPPER, INCLUDE_NULL_VALUES
    ) AS body;
END;
GO

CREATE OR ALTER PROCEDURE shop.find_order_change
    @key NVARCHAR(200)
AS
BEGIN
    -- A change that is still being made holds its key, so that this waits for it and never tells too little.
    SET NOCOUNT, XACT_ABORT ON;
    DECLARE @result NVARCHAR(MAX);
    BEGIN TRANSACTION;
    SELECT @result = c.result FROM shop.changes AS c WITH (UPDLOCK, HOLDLOCK) WHERE c.[key] = @key;
    COMMIT TRANSACTION;
    SELECT 200 AS status, (
        SELECT CASE WHEN @result IS NULL THEN N'absent' ELSE N'done' END AS state, JSON_QUERY(@result) AS result
        FOR JSON PATH, WITHOUT_ARRAY_WRAPPER
    ) AS body;
END;
GO
