-- Shipments in Azure SQL: the keys, shipments and labels of create_shipment, void_shipment and find_shipment.
-- Run it after 1_shop_tables.sql; docs/carriers.md tells how the workflows use it.

CREATE TABLE shop.shipment_keys (
    [key] NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    workflow NVARCHAR(40) NOT NULL,
    order_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    request_sha256 BINARY(32) NOT NULL,
    run NVARCHAR(100) NOT NULL,
    state NVARCHAR(10) NOT NULL CHECK (state IN ('claimed', 'done')),
    claimed_at DATETIME2(3) NOT NULL,
    result NVARCHAR(MAX) NULL
);
CREATE INDEX shipment_keys_order ON shop.shipment_keys (order_id, state);

CREATE TABLE shop.shipments (
    number NVARCHAR(60) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    [key] NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL UNIQUE,
    order_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    carrier NVARCHAR(60) NOT NULL,
    service NVARCHAR(60) NOT NULL,
    status NVARCHAR(20) NOT NULL DEFAULT N'pending',
    is_return BIT NOT NULL,
    test_mode BIT NOT NULL,
    status_before NVARCHAR(60) NOT NULL,
    items NVARCHAR(MAX) NOT NULL CHECK (ISJSON(items) = 1),
    reserved NVARCHAR(MAX) NOT NULL CHECK (ISJSON(reserved) = 1),
    created_at DATETIME2(3) NOT NULL,
    void_by DATETIME2(3) NULL,
    voided_at DATETIME2(3) NULL
);
CREATE INDEX shipments_order ON shop.shipments (order_id);

CREATE TABLE shop.tracking_numbers (
    tracking_number NVARCHAR(60) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    number NVARCHAR(60) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES shop.shipments (number)
);

CREATE TABLE shop.labels (                  -- written once, and never changed
    number NVARCHAR(60) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY REFERENCES shop.shipments (number),
    media_type NVARCHAR(40) NOT NULL,
    content VARBINARY(MAX) NOT NULL,
    sha256 CHAR(64) NOT NULL
);
GO

-- An order's shipments as analyse_order tells them, oldest first; NULL where there are none. `status` is the last that
-- whoever follows shipments wrote there.
CREATE OR ALTER FUNCTION shop.shipments_json (@order_id NVARCHAR(100)) RETURNS NVARCHAR(MAX) AS
BEGIN
    RETURN (
        SELECT s.number,
               JSON_QUERY((SELECT N'[' + STRING_AGG(N'"' + STRING_ESCAPE(t.tracking_number, 'json') + N'"', N',') + N']'
                           FROM shop.tracking_numbers AS t WHERE t.number = s.number)) AS tracking_numbers,
               s.carrier, s.service,
               IIF(s.voided_at IS NULL, s.status, N'cancelled') AS status,
               s.is_return, s.test_mode, CAST(IIF(s.voided_at IS NULL, 0, 1) AS BIT) AS voided,
               CONVERT(NVARCHAR(30), s.void_by, 126) + N'Z' AS void_by
        FROM shop.shipments AS s WHERE s.order_id = @order_id
        ORDER BY s.created_at
        FOR JSON PATH, INCLUDE_NULL_VALUES
    );
END;
GO
