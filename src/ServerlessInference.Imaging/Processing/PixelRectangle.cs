namespace ServerlessInference.Imaging.Processing;

/// <summary>A rectangle of whole pixels.</summary>
/// <param name="Left">The first column, 0 at the left.</param>
/// <param name="Top">The first row, 0 at the top.</param>
/// <param name="Width">The number of columns.</param>
/// <param name="Height">The number of rows.</param>
public readonly record struct PixelRectangle(int Left, int Top, int Width, int Height);
