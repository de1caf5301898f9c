-- The shop's tables for Azure SQL Database or SQL Server 2019 and later: what the workflows under
-- playbooks/workflows read and change by the procedures of the files that follow this one. Run the files in the order
-- of their names, as the database's owner. The managed identity of the Logic App gets EXECUTE on the schema, and
-- nothing else:
--     CREATE USER [LOGIC_APP] FROM EXTERNAL PROVIDER;
--     GRANT EXECUTE ON SCHEMA::shop TO [LOGIC_APP];
-- Money is DECIMAL. What belongs to one row only (an address, options, goods) is JSON in it, in the form of the
-- workflows' documents.

CREATE SCHEMA shop;
GO

CREATE TABLE shop.facts (
    name NVARCHAR(100) NOT NULL PRIMARY KEY,
    value NVARCHAR(MAX) NOT NULL
);

CREATE TABLE shop.customers (
    id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    position INT NOT NULL DEFAULT 0,
    first_name NVARCHAR(200) COLLATE Latin1_General_100_CI_AI NOT NULL,
    last_name NVARCHAR(200) COLLATE Latin1_General_100_CI_AI NOT NULL,
    email NVARCHAR(320) COLLATE Latin1_General_100_CI_AI NOT NULL,
    address NVARCHAR(MAX) NOT NULL CHECK (ISJSON(address) = 1),
    INDEX customers_email (email),
    INDEX customers_name (last_name, first_name)
);

CREATE TABLE shop.payment_methods (
    customer_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES shop.customers (id),
    id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    position INT NOT NULL,
    kind NVARCHAR(20) NOT NULL CHECK (kind IN (N'credit_card', N'gift_card', N'paypal')),
    brand NVARCHAR(50) NOT NULL DEFAULT N'',
    last_four NVARCHAR(4) NOT NULL DEFAULT N'',
    balance DECIMAL(19, 4) NULL CHECK (balance >= 0),
    PRIMARY KEY (customer_id, id)
);

CREATE TABLE shop.products (
    id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    name NVARCHAR(500) NOT NULL
);

CREATE TABLE shop.variants (
    item_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    product_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES shop.products (id),
    position INT NOT NULL,
    name NVARCHAR(500) NOT NULL,
    options NVARCHAR(MAX) NOT NULL CHECK (ISJSON(options) = 1),
    price DECIMAL(19, 4) NOT NULL,
    available BIT NOT NULL,
    stock INT NULL CHECK (stock >= 0),
    goods NVARCHAR(MAX) NOT NULL CHECK (ISJSON(goods) = 1),
    INDEX variants_product (product_id, position)
);

CREATE TABLE shop.orders (
    id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    bare AS CAST(UPPER(REPLACE(REPLACE(id, N'#', N''), N' ', N'')) AS NVARCHAR(100)) PERSISTED,
    position INT NOT NULL DEFAULT 0,
    customer_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    address NVARCHAR(MAX) NOT NULL CHECK (ISJSON(address) = 1),
    status NVARCHAR(50) NOT NULL,
    currency NCHAR(3) NOT NULL,
    paid BIT NULL,
    placed_at DATETIMEOFFSET(0) NULL,
    holds NVARCHAR(MAX) NOT NULL DEFAULT N'[]' CHECK (ISJSON(holds) = 1),
    version INT NOT NULL DEFAULT 1,
    details NVARCHAR(MAX) NOT NULL DEFAULT N'{}' CHECK (ISJSON(details) = 1),
    INDEX orders_bare (bare),
    INDEX orders_customer (customer_id, position)
);

CREATE TABLE shop.order_items (
    order_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES shop.orders (id),
    line INT NOT NULL,
    item_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    product_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    name NVARCHAR(500) NOT NULL,
    options NVARCHAR(MAX) NOT NULL CHECK (ISJSON(options) = 1),
    price DECIMAL(19, 4) NOT NULL,
    quantity INT NOT NULL CHECK (quantity > 0),
    goods NVARCHAR(MAX) NOT NULL CHECK (ISJSON(goods) = 1),
    PRIMARY KEY (order_id, line)
);

CREATE TABLE shop.payments (
    order_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES shop.orders (id),
    line INT NOT NULL,
    kind NVARCHAR(10) NOT NULL CHECK (kind IN (N'payment', N'refund')),
    amount DECIMAL(19, 4) NOT NULL CHECK (amount >= 0),
    payment_method_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    PRIMARY KEY (order_id, line)
);

CREATE TABLE shop.fulfillments (
    order_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES shop.orders (id),
    line INT NOT NULL,
    tracking_numbers NVARCHAR(MAX) NOT NULL CHECK (ISJSON(tracking_numbers) = 1),
    item_ids NVARCHAR(MAX) NOT NULL CHECK (ISJSON(item_ids) = 1),
    shipment NVARCHAR(100) NOT NULL DEFAULT N'',
    PRIMARY KEY (order_id, line)
);

-- Pieces that are set aside for an order; those on hand are in shop.variants.
CREATE TABLE shop.reservations (
    order_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL REFERENCES shop.orders (id),
    item_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    quantity INT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, item_id),
    INDEX reservations_item (item_id)
);

-- What each key did: written in the same transaction as the change, so that a repetition finds it and does nothing.
CREATE TABLE shop.changes (
    [key] NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    workflow NVARCHAR(100) NOT NULL,
    request_sha256 BINARY(32) NOT NULL,
    result NVARCHAR(MAX) NOT NULL CHECK (ISJSON(result) = 1),
    done_at DATETIMEOFFSET(3) NOT NULL
);
GO

-- A piece of an order and what it becomes, in the order in which they were named.
CREATE TYPE shop.swaps AS TABLE (
    place INT NOT NULL PRIMARY KEY,
    item_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    line INT NOT NULL,
    old_price DECIMAL(19, 4) NOT NULL,
    new_item_id NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NULL,
    new_price DECIMAL(19, 4) NULL
);
GO
