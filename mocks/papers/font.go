package papers

import (
	"image"
	"image/color"
	"unicode"
)

// glyphs are capital letters and digits of 5 × 7 points, a row per byte, the left point in bit 4.
var glyphs = map[rune][7]byte{
	'A': {14, 17, 17, 31, 17, 17, 17}, 'B': {30, 17, 17, 30, 17, 17, 30}, 'C': {14, 17, 16, 16, 16, 17, 14},
	'D': {30, 17, 17, 17, 17, 17, 30}, 'E': {31, 16, 16, 30, 16, 16, 31}, 'F': {31, 16, 16, 30, 16, 16, 16},
	'G': {14, 17, 16, 23, 17, 17, 15}, 'H': {17, 17, 17, 31, 17, 17, 17}, 'I': {14, 4, 4, 4, 4, 4, 14},
	'J': {7, 2, 2, 2, 2, 18, 12}, 'K': {17, 18, 20, 24, 20, 18, 17}, 'L': {16, 16, 16, 16, 16, 16, 31},
	'M': {17, 27, 21, 21, 17, 17, 17}, 'N': {17, 25, 21, 19, 17, 17, 17}, 'O': {14, 17, 17, 17, 17, 17, 14},
	'P': {30, 17, 17, 30, 16, 16, 16}, 'Q': {14, 17, 17, 17, 21, 18, 13}, 'R': {30, 17, 17, 30, 20, 18, 17},
	'S': {15, 16, 16, 14, 1, 1, 30}, 'T': {31, 4, 4, 4, 4, 4, 4}, 'U': {17, 17, 17, 17, 17, 17, 14},
	'V': {17, 17, 17, 17, 17, 10, 4}, 'W': {17, 17, 17, 21, 21, 27, 17}, 'X': {17, 17, 10, 4, 10, 17, 17},
	'Y': {17, 17, 10, 4, 4, 4, 4}, 'Z': {31, 1, 2, 4, 8, 16, 31},
	'0': {14, 17, 19, 21, 25, 17, 14}, '1': {4, 12, 4, 4, 4, 4, 14}, '2': {14, 17, 1, 6, 8, 16, 31},
	'3': {30, 1, 1, 14, 1, 1, 30}, '4': {2, 6, 10, 18, 31, 2, 2}, '5': {31, 16, 30, 1, 1, 17, 14},
	'6': {14, 16, 30, 17, 17, 17, 14}, '7': {31, 1, 2, 4, 8, 8, 8}, '8': {14, 17, 17, 14, 17, 17, 14},
	'9': {14, 17, 17, 15, 1, 1, 14},
	'-': {0, 0, 0, 14, 0, 0, 0}, '.': {0, 0, 0, 0, 0, 12, 12}, '/': {1, 1, 2, 4, 8, 16, 16},
	'+': {0, 4, 4, 31, 4, 4, 0}, ':': {0, 12, 12, 0, 12, 12, 0}, ',': {0, 0, 0, 0, 12, 4, 8},
	' ': {},
}

// write draws one line in capitals, scale dots per point, and returns where the next line goes.
// Letters without a glyph are a point; what does not fit the width is left out.
func write(img *image.Gray, x, y, scale int, text string) int {
	if text == "" {
		return y
	}
	for _, r := range text {
		if x+6*scale > img.Bounds().Max.X-30 {
			break
		}
		glyph, ok := glyphs[unicode.ToUpper(r)]
		if !ok {
			glyph = glyphs['.']
		}
		for gy, bits := range glyph {
			for gx := range 5 {
				if bits>>(4-gx)&1 == 1 {
					dot(img, x+gx*scale, y+gy*scale, scale)
				}
			}
		}
		x += 6 * scale
	}
	return y + 10*scale
}

func dot(img *image.Gray, x, y, size int) {
	for dy := range size {
		for dx := range size {
			img.SetGray(x+dx, y+dy, color.Gray{})
		}
	}
}
