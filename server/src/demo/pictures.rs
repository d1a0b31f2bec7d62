//! Pictures for the demo visits: drawn here, because photos of real halls belong to nobody's demo.

use image::{ImageBuffer, Rgb, codecs::jpeg::JpegEncoder};

use super::luck::Luck;

/// A JPEG of 640 × 480: a wall, a counter, a board with lines of "text". Every call draws another one.
///
/// # Errors
/// None in practice: the encoder writes into memory.
pub fn photo(luck: &mut Luck) -> image::ImageResult<Vec<u8>> {
    let wall = Rgb([190 + luck.below(50) as u8, 195 + luck.below(45) as u8, 200 + luck.below(40) as u8]);
    let counter = Rgb([90 + luck.below(60) as u8, 70 + luck.below(50) as u8, 60 + luck.below(40) as u8]);
    let board = Rgb([20 + luck.below(60) as u8, 70 + luck.below(90) as u8, 110 + luck.below(90) as u8]);
    let (left, top) = (60 + luck.below(140) as u32, 50 + luck.below(60) as u32);
    let (width, height) = (240 + luck.below(120) as u32, 150 + luck.below(70) as u32);
    let ledge = 330 + luck.below(50) as u32;
    let seed = luck.draw();
    let mut picture = ImageBuffer::from_fn(640, 480, |x, y| {
        let shade = |Rgb([r, g, b]): Rgb<u8>, by: u32| {
            let dim = |c: u8| c.saturating_sub((by / 12) as u8);
            Rgb([dim(r), dim(g), dim(b)])
        };
        if y > ledge {
            return shade(counter, y - ledge);
        }
        let inside = x > left && x < left + width && y > top && y < top + height;
        if !inside {
            return shade(wall, x / 3 + y / 5);
        }
        let (line, offset) = ((y - top) / 18, (y - top) % 18);
        let length = 60 + (seed >> (line % 16 * 4) & 15) as u32 * width / 20;
        let text = (6..12).contains(&offset) && line > 0 && x - left > 18 && x - left < length;
        if text { Rgb([240, 240, 232]) } else { board }
    });
    // A mark of its own, so that no two pictures are the same bytes.
    for bit in 0..64 {
        picture.put_pixel(8 + bit, 470, if seed >> bit & 1 == 1 { Rgb([255, 255, 255]) } else { Rgb([0, 0, 0]) });
    }
    let mut bytes = Vec::with_capacity(32 * 1024);
    JpegEncoder::new_with_quality(&mut bytes, 82).encode_image(&picture)?;
    Ok(bytes)
}
