package dhlexpress

import "strings"

// The body of POST /shipments. Source: OpenAPI 3.1.1,
// schema supermodelIoLogisticsExpressCreateShipmentRequest.

func words(s string) []string { return strings.Split(s, ",") }

var (
	registrationType = oneOf(words("VAT,EIN,GST,SSN,EOR,DUN,FED,STA,CNP,IE,INN,KPP,OGR,OKP,MRN,SDT,FTZ,DAN,TAN,DTF,RGP,DLI,NID,PAS,MID,IMS,EIC,FTN,CIC,PEP")...)

	partyFields = fields{
		"postalAddress*": shipmentAddress, "contactInformation*": contact,
		"registrationNumbers": list(0, 50, object(fields{
			"typeCode*": registrationType, "number*": text(1, 35), "issuerCountryCode*": text(2, 2),
		})),
		"bankDetails": list(0, 1, object(fields{
			"name": text(0, 60), "settlementLocalCurrency": free, "settlementForeignCurrency": free,
		})),
		"typeCode": oneOf("business", "direct_consumer", "government", "other", "private", "reseller"),
	}
	party = object(partyFields)

	quantityUnit = oneOf(words("BOX,2GM,M3,DPR,DOZ,PCS,GM,GRS,KG,M,3GM,X,NO,PRS,CM2,2M2,3M2,M2,4M2,CM,CONE,CT,EA,LBS,RILL,ROLL,SET,TU,KM,IN,FT,YD,MI,LTR,MMQ,CM3,DMQ,MLT,CLT,DLT,INQ,FT3,YD3,GLI,GLL,PT,PTI,QTI,PTL,QTL,PTD,OZI,J57,NM3,SM3,TNE,LB,ONZ,CEL")...)
	exportReason = oneOf(words("permanent,temporary,return,used_exhibition_goods_to_origin,intercompany_use,commercial_purpose_or_sale,personal_belongings_or_personal_use,sample,gift,return_to_origin,warranty_replacement,diplomatic_goods,defence_material")...)

	itemReference = oneOf(words("AFE,BRD,DGC,AAJ,INB,MAK,ALX,PAN,PON,ABW,SE,SON,OID,DTC,DTM,DTQ,DTR,ITR,MID,OED,OET,OOR,SME,USM,AAM,CFR,DOM,FOR,USG,MAT,NLR,DDS,ARN,OP,OSC,TAR,TCO,AEI,EXN,AFK,AEA,PTA")...)
	invoiceRef    = oneOf(words("ACL,CID,CN,CU,ITN,UCN,MRN,OID,PON,RMA,AAM,ABT,ADA,AES,AFD,ANT,BKN,BOL,CDN,COD,DSC,FF,FN,FTR,HWB,IBC,IPP,LLR,MAB,MWB,OBC,PD,PRN,RTL,SID,SS,SWN,TAR,TCO,PX,PTA")...)
	customsPapers = list(0, 50, object(fields{
		"typeCode*": oneOf(words("972,AHC,ALC,ATA,ATR,BEX,CHA,CHD,CHP,CIT,CIV,CI2,COO,CPA,CRL,CSD,DEX,DGD,DLI,DOV,ELP,EU1,EU2,EUS,EXL,FMA,HLC,HWB,INV,IPA,JLC,LIC,LNP,NID,PAS,PFI,PHY,PLI,POA,PCH,ROD,T2M,TAD,TCS,VET,VEX,ORD,OEI,RGR,CP2")...),
		"value*":    text(1, 35),
	}))
)

var exportLine = object(fields{
	"number*": number("1", "999", "1"), "description*": text(1, 512), "price*": value,
	"quantity*": object(fields{"value*": number("1", "1000000000", "1"), "unitOfMeasurement*": quantityUnit}),
	"commodityCodes": list(0, 2, object(fields{
		"typeCode*": oneOf("outbound", "inbound"), "value*": text(2, 18),
	})),
	"exportReasonType": exportReason, "manufacturerCountry*": text(2, 2),
	"weight*":               object(fields{"netValue": weight, "grossValue": weight}),
	"isTaxesPaid":           boolean,
	"additionalInformation": list(1, 8, free),
	"customerReferences":    list(0, 100, object(fields{"typeCode*": itemReference, "value*": text(1, 35)})),
	"customsDocuments":      customsPapers, "preCalculatedLineItemTotalValue": value,
})

var invoice = object(fields{
	"number*": text(1, 35), "date*": matching(text(1, 35), `^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`),
	"signatureName": text(0, 35), "signatureTitle": text(0, 35), "signatureImage": text(0, 1<<20),
	"instructions": list(1, 1, text(1, 300)), "customerDataTextEntries": list(1, 6, text(0, 45)),
	"totalNetWeight": weight, "totalGrossWeight": weight,
	"customerReferences": list(0, 100, object(fields{"typeCode*": invoiceRef, "value*": text(1, 35)})),
	"termsOfPayment":     free,
	"indicativeCustomsValues": object(fields{
		"importCustomsDutyValue": value, "importTaxesValue": value, "totalWithImportDutiesAndTaxes": value,
	}),
	"preCalculatedTotalValues": object(fields{
		"preCalculatedTotalGoodsValue*": value, "preCalculatedTotalInvoiceValue*": value,
	}),
})

var exportDeclaration = object(fields{
	"lineItems*": list(1, 999, exportLine), "invoice": invoice,
	"remarks": list(0, 3, object(fields{"value*": free})),
	"additionalCharges": list(0, 5, object(fields{
		"value*": number("0.001", "999999999999999", "0.001"), "caption": free,
		"typeCode*": oneOf(words("admin,delivery,documentation,expedite,export,freight,fuel_surcharge,logistic,other,packaging,pickup,handling,vat,insurance,reverse_charge")...),
	})),
	"destinationPortName": free, "placeOfIncoterm": text(1, 256), "payerVATNumber": free,
	"recipientReference": free, "exporter": object(fields{"id": free, "code": free}),
	"packageMarks": free, "declarationNotes": list(0, 3, object(fields{"value*": text(0, 700)})),
	"exportReference": text(0, 40), "exportReason": text(1, 30), "exportReasonType": exportReason,
	"licenses":     list(0, 2, object(fields{"typeCode*": oneOf("export", "import"), "value*": text(0, 16)})),
	"shipmentType": oneOf("personal", "commercial"), "customsDocuments": customsPapers,
})

var (
	symbology = oneOf("93", "39", "128")

	shippedPackage = object(fields{
		"typeCode": boxType, "weight*": positive, "dimensions": dimensions,
		"customerReferences": list(1, 99, customerReference), "identifiers": list(0, 3, identifier), "description": text(1, 70),
		"labelBarcodes": list(0, 2, object(fields{
			"position*": oneOf("left", "right"), "symbologyCode*": symbology, "content*": text(0, 35), "textBelowBarcode*": free,
		})),
		"labelText": list(0, 6, object(fields{
			"position*": oneOf("left1", "left2", "left3", "right1", "right2", "right3"), "caption*": text(0, 20), "value*": text(0, 40),
		})),
		"labelDescription": text(1, 80), "referenceNumber": number("1", "999", "1"),
	})

	shipmentContent = object(fields{
		"packages*": list(1, 999, shippedPackage), "areMorePackagesToBeAddedLater": boolean, "isCustomsDeclarable*": boolean,
		"declaredValue": value, "declaredValueCurrency": currency, "exportDeclaration": exportDeclaration,
		"description*": matching(text(1, 70), `^[^\s]`), "USFilingTypeValue": text(1, 20),
		"incoterm*":          oneOf(words("EXW,FCA,CPT,CIP,DPU,DAP,DDP,FAS,FOB,CFR,CIF,DAF,DAT,DDU,DEQ,DES")...),
		"unitOfMeasurement*": units,
	})

	outputImages = object(fields{
		"printerDPI": number("200", "300", "100"),
		"customerBarcodes": list(0, 1, object(fields{
			"content*": text(1, 25), "textBelowBarcode": free, "symbologyCode*": symbology,
		})),
		"customerLogos":  list(0, 1, object(fields{"fileFormat*": oneOf("PNG", "GIF", "JPEG", "JPG"), "content*": text(0, 1<<20)})),
		"encodingFormat": oneOf("pdf", "zpl", "lp2", "epl"),
		"imageOptions": list(0, 20, object(fields{
			"typeCode*": oneOf("label", "waybillDoc", "invoice", "qr-code", "shipmentReceipt"), "templateName": text(0, 25),
			"isRequested": boolean, "hideAccountNumber": boolean, "numberOfCopies": number("1", "2", "1"),
			"invoiceType": oneOf("commercial", "proforma", "returns"), "languageCode": text(3, 3), "languageCountryCode": text(2, 2),
			"languageScriptCode": text(4, 4), "encodingFormat": oneOf("png"), "renderDHLLogo": boolean, "fitLabelsToA4": boolean,
			"labelFreeText": text(0, 150), "labelCustomerDataText": text(1, 250), "shipmentReceiptCustomerDataText": text(1, 700),
		})),
		"splitTransportAndWaybillDocLabels": boolean, "allDocumentsInOneImage": boolean, "splitDocumentsByPages": boolean,
		"splitInvoiceAndReceipt": boolean, "receiptAndLabelsInOneImage": boolean,
	})

	shipmentServices = list(0, 99, object(fields{
		"serviceCode*": text(1, 6), "value": value, "currency": currency, "method": free,
		"dangerousGoods": list(0, 1, object(fields{
			"contentId*": text(1, 5), "dryIceTotalNetWeight": weight, "customDescription": text(0, 200),
			"unCodes": list(1, 10, text(1, 10)),
		})),
	}))
)

var shipmentSchema = object(fields{
	"plannedShippingDateAndTime*": text(1, 29),
	"pickup*": object(fields{
		"isRequested*": boolean, "closeTime": clock, "location": text(0, 80), "specialInstructions": pickupInstructions,
		"pickupDetails": party, "pickupRequestorDetails": party,
	}),
	"productCode*": text(1, 6), "localProductCode": text(1, 3), "getRateEstimates": boolean,
	"accounts*": list(1, 3, account), "valueAddedServices": shipmentServices, "outputImageProperties": outputImages,
	"customerReferences": list(0, 999, customerReference), "identifiers": list(0, 5, identifier),
	"customerDetails*": object(fields{
		"shipperDetails*": party, "receiverDetails*": party, "buyerDetails": party, "importerDetails": party,
		"exporterDetails": party, "sellerDetails": party, "payerDetails": party, "manufacturerDetails": party,
		"ultimateConsigneeDetails": party, "brokerDetails": party,
	}),
	"content*": shipmentContent, "documentImages": documentImages,
	"onDemandDelivery": object(fields{
		"deliveryOption*": oneOf("servicepoint", "neighbour", "signatureRelease"), "location": text(1, 15),
		"specialInstructions": text(1, 110), "gateCode": text(1, 10), "whereToLeave": oneOf("concierge", "neighbour"),
		"neighbourName": text(1, 20), "neighbourHouseNumber": text(1, 20), "authorizerName": text(1, 20),
		"servicePointId": text(1, 6), "requestedDeliveryDate": text(1, 29),
	}),
	"requestOndemandDeliveryURL": boolean,
	"shipmentNotification": list(0, 5, object(fields{
		"typeCode*": oneOf("email"), "receiverId*": text(1, 50), "languageCode": text(3, 3), "languageCountryCode": text(2, 2),
		"bespokeMessage": text(0, 250),
	})),
	"prepaidCharges": list(0, 1, object(fields{
		"typeCode*": oneOf("freight"), "currency*": currency, "value*": number("0.01", "9999999999", "0.01"), "method*": oneOf("cash"),
	})),
	"getTransliteratedResponse": boolean,
	"estimatedDeliveryDate":     object(fields{"isRequested*": boolean, "typeCode": oneOf("QDDC", "QDDF")}),
	"getAdditionalInformation": list(0, 5, object(fields{
		"typeCode": oneOf("pickupDetails", "optionalShipmentData", "barcodeInformation", "linkLabelsByPieces"), "isRequested*": boolean,
	})),
	"parentShipment": object(fields{"productCode": text(1, 1), "packagesCount": number("1", "999", "1")}),
})
