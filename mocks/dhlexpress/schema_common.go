package dhlexpress

// The parts that several requests share. Source: OpenAPI 3.1.1, components/schemas.

var (
	free = text(0, 8<<20) // where the schema sets no length

	address = fields{
		"postalCode*": text(0, 12), "cityName*": text(1, 45), "countryCode*": text(2, 2),
		"provinceCode": text(2, 35), "addressLine2": text(1, 45), "addressLine3": text(1, 45), "countyName": text(1, 45),
	}
	rateAddress     = object(with(address, fields{"addressLine1": text(1, 45)}))
	pickupAddress   = object(with(address, fields{"addressLine1*": text(1, 45)}))
	shipmentAddress = object(with(address, fields{
		"addressLine1*": text(1, 45), "provinceName": text(1, 35), "countryName": text(1, 35),
	}))

	contact = object(fields{
		"email": text(1, 70), "phone*": text(1, 70), "mobilePhone": text(1, 70),
		"companyName*": text(1, 100), "fullName*": text(1, 255),
	})

	account = object(fields{"typeCode*": oneOf("shipper", "payer", "duties-taxes"), "number*": text(1, 12)})

	// Values and weights have three decimals.
	positive = number("0.001", "999999999999", "0.001")
	weight   = number("0", "999999999999", "0.001")
	value    = number("0", "999999999999999", "0.001")
	side     = number("0.001", "9999999", "0.001")

	dimensions = object(fields{"length*": side, "width*": side, "height*": side})
	boxType    = oneOf("1CE", "2BC", "2BP", "2BX", "3BX", "4BX", "5BX", "6BX", "7BX", "8BX", "CE1", "TBL", "TBS",
		"WB1", "WB2", "WB3", "WB6", "XPD")
	ratedPackages = list(1, 999, object(fields{"typeCode": boxType, "weight*": positive, "dimensions": dimensions}))

	currency = text(3, 3)
	units    = oneOf("metric", "imperial")
	clock    = matching(text(0, 5), `^([0-1][0-9]|2[0-3]):([0-5][0-9])$`)

	customerReference = object(fields{
		"value*":   text(1, 35),
		"typeCode": oneOf("AAO", "CU", "FF", "FN", "IBC", "LLR", "OBC", "PRN", "ACP", "ACS", "ACR", "CDN", "STD", "CO"),
	})
	identifier = object(fields{
		"typeCode*": oneOf("parentId", "shipmentId", "pieceId"), "value*": text(1, 35), "dataIdentifier": text(1, 4),
	})

	pickupInstructions = list(0, 4, object(fields{"value*": text(0, 80), "typeCode": text(2, 3)}))

	ratedServices = list(0, 99, object(fields{
		"serviceCode*": text(1, 6), "localServiceCode": text(1, 3), "value": value, "currency": currency, "method": oneOf("cash"),
	}))

	documentImages = list(1, 999, object(fields{
		"typeCode":    oneOf("INV", "PNV", "COO", "CIN", "DCL", "AWB", "NAF"),
		"imageFormat": oneOf("PDF", "PNG", "GIF", "TIFF", "JPEG"), "content*": free,
	}))
)

// rateSchema is the body of POST /rates.
var rateSchema = object(fields{
	"customerDetails*": object(fields{"shipperDetails*": rateAddress, "receiverDetails*": rateAddress}),
	"accounts":         list(0, 2, account), "productCode": text(1, 6), "localProductCode": text(1, 3),
	"valueAddedServices": ratedServices,
	"productsAndServices": list(0, 99, object(fields{
		"productCode*": text(1, 6), "localProductCode": text(1, 3), "valueAddedServices": ratedServices,
	})),
	"payerCountryCode": text(2, 2), "plannedShippingDateAndTime*": text(1, 29), "unitOfMeasurement*": units,
	"isCustomsDeclarable*": boolean,
	"monetaryAmount": list(0, 99, object(fields{
		"typeCode*": oneOf("declaredValue", "insuredValue"), "value*": value, "currency*": currency,
	})),
	"requestAllValueAddedServices": boolean,
	"estimatedDeliveryDate":        object(fields{"isRequested": boolean, "typeCode": oneOf("QDDC", "QDDF")}),
	"getAdditionalInformation": list(0, 3, object(fields{
		"typeCode": oneOf("allValueAddedServices", "allValueAddedServicesAndRuleGroups", "sortCodes"), "isRequested*": boolean,
	})),
	"returnStandardProductsOnly": boolean, "nextBusinessDay": boolean,
	"productTypeCode": oneOf("all", "dayDefinite", "timeDefinite"),
	"packages*":       ratedPackages,
})

// landedCostSchema is the body of POST /landed-cost.
var landedCostSchema = object(fields{
	"customerDetails*": object(fields{"shipperDetails*": rateAddress, "receiverDetails*": rateAddress}),
	"accounts*":        list(0, 5, account), "productCode": text(1, 6), "localProductCode": text(1, 3),
	"unitOfMeasurement*": units, "currencyCode*": currency, "isCustomsDeclarable*": boolean, "isDTPRequested": boolean,
	"isInsuranceRequested": boolean, "getCostBreakdown*": boolean,
	"charges": list(0, 20, object(fields{
		"typeCode*": oneOf("freight", "additional", "insurance"), "amount*": value, "currencyCode*": currency,
	})),
	"shipmentPurpose": oneOf("commercial", "personal"), "transportationMode": oneOf("air", "ocean", "ground"),
	"merchantSelectedCarrierName": oneOf("DHL", "UPS", "FEDEX", "TNT", "POST", "OTHERS"),
	"packages*":                   ratedPackages, "items*": list(1, 1000, landedItem),
	"getTariffFormula": boolean, "getQuotationID": boolean,
})

var landedItem = object(fields{
	"number*": number("1", "1000", "1"), "name": text(1, 512), "description": text(1, 255), "manufacturerCountry*": text(2, 2),
	"partNumber": text(1, 35), "quantity*": number("0", "999999999999", "0.001"), "quantityType": oneOf("prt", "box"),
	"unitPrice*": number("0", "999999999999999", "0.00001"), "unitPriceCurrencyCode*": currency,
	"customsValue": value, "customsValueCurrencyCode": currency, "commodityCode": text(0, 18), "weight": weight,
	"weightUnitOfMeasurement": units, "category": text(0, 50), "brand": text(0, 50),
	"goodsCharacteristics": list(0, 999, object(fields{"typeCode*": text(0, 35), "value*": text(0, 50)})),
	"additionalQuantityDefinitions": list(0, 100, object(fields{
		"typeCode*": text(2, 20), "amount*": weight,
	})),
	"estimatedTariffRateType": oneOf("default_rate", "derived_rate", "highest_rate", "center_rate", "lowest_rate", "preferential_rate"),
})

var (
	pickupParty  = object(fields{"postalAddress*": pickupAddress, "contactInformation*": contact})
	pickupFields = fields{
		"plannedPickupDateAndTime*": text(1, 29), "closeTime": clock, "location": text(0, 80),
		"locationType": oneOf("business", "residence"), "accounts*": list(1, 5, account),
		"specialInstructions": pickupInstructions, "remark": free,
		"customerDetails*": object(fields{
			"shipperDetails*": pickupParty, "receiverDetails": pickupParty, "pickupDetails": pickupParty,
			"bookingRequestorDetails": object(fields{"postalAddress": pickupAddress, "contactInformation*": contact}),
		}),
	}
	pickupShipments = list(1, 999, object(fields{
		"productCode*": text(1, 6), "localProductCode": text(1, 3), "accounts": list(0, 5, account),
		"valueAddedServices": ratedServices, "isCustomsDeclarable*": boolean, "declaredValue": value,
		"declaredValueCurrency": currency, "unitOfMeasurement*": units, "shipmentTrackingNumber": free,
		"packages*": ratedPackages,
	}))

	// pickupSchema is the body of POST /pickups, pickupUpdateSchema that of PATCH.
	pickupSchema       = object(with(pickupFields, fields{"shipmentDetails*": pickupShipments}))
	pickupUpdateSchema = object(with(pickupFields, fields{
		"dispatchConfirmationNumber*": text(15, 20), "originalShipperAccountNumber*": text(1, 12), "shipmentDetails": pickupShipments,
	}))

	// uploadImageSchema is the body of PATCH /shipments/{awb}/upload-image.
	uploadImageSchema = object(fields{
		"originalPlannedShippingDate*": matching(text(0, 10), `^\d{4}\-(0[1-9]|1[012])\-(0[1-9]|[12][0-9]|3[01])$`),
		"accounts*":                    list(1, 3, account), "productCode*": text(1, 6), "documentImages*": documentImages,
	})
)
