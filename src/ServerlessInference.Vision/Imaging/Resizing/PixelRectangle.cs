namespace ServerlessInference.Vision.Imaging.Resizing;

/// <summary>A rectangle of whole pixels.</summary>
/// <param name="Left">The first column, from 0 at the left.</param>
/// <param name="Top">The first row, from 0 at the top.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct PixelRectangle(int Left, int Top, int Width, int Height);
